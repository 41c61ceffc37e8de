// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/linux/confined_child.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>

#include "os/linux/large_pages.h"
#include "os/linux/walls.h"

namespace nlafix::os {
namespace {

// Behind the standard streams.
constexpr int channel_fd = 3;
constexpr int end_fd = 4;
constexpr int first_file_fd = 5;
// No descriptor of the server lies from here on while it starts a child.
constexpr int out_of_the_way = 64;

void reset_signals() {
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    static_cast<void>(::sigaction(SIGCHLD, &standard, nullptr));
    // A write that is refused is an error of the call.
    struct sigaction ignore = {};
    ignore.sa_handler = SIG_IGN;
    for (const int number : {SIGPIPE, SIGXFSZ}) {
        static_cast<void>(::sigaction(number, &ignore, nullptr));
    }
    sigset_t none;
    sigemptyset(&none);
    static_cast<void>(::pthread_sigmask(SIG_SETMASK, &none, nullptr));
}

/// Puts the descriptors where they are expected, and closes all others. False where that fails.
bool arrange(const std::vector<int>& wanted) {
    std::vector<int> copies;
    copies.reserve(wanted.size());
    for (const int fd : wanted) copies.push_back(::fcntl(fd, F_DUPFD, out_of_the_way));
    for (std::size_t i = 0; i < copies.size(); ++i) {
        if (copies[i] < 0 || ::dup2(copies[i], channel_fd + static_cast<int>(i)) < 0) return false;
    }
    close_from(channel_fd + static_cast<int>(copies.size()));
    return true;
}

/// What a parser needs that holds its files in memory once.
std::size_t room_for(const ConfinedJob& job) {
    constexpr std::size_t spare_bytes = std::size_t{1} << 22;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < job.files.size(); ++i) {
        struct stat status = {};
        if (::fstat(first_file_fd + static_cast<int>(i), &status) != 0) continue;
        bytes += static_cast<std::size_t>(status.st_size);
    }
    return bytes + spare_bytes;
}

bool give_up_privileges() {
    // Root has none left either: what it may open is what its user may.
    __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct none[2] = {};
    static_cast<void>(::syscall(SYS_capset, &head, none));
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

}  // namespace

void close_from(int first) {
    if (::syscall(SYS_close_range, first, ~0U, 0) == 0) return;
    const long most = ::sysconf(_SC_OPEN_MAX);
    for (int fd = first; fd < most; ++fd) static_cast<void>(::close(fd));
}

void live_confined(const ConfinedJob& job, int channel, int end, pid_t parent) {
    static_cast<void>(::prctl(PR_SET_PDEATHSIG, SIGKILL));
    if (::getppid() != parent) ::_exit(1);
    reset_signals();
    std::vector<int> wanted = {channel, end};
    for (const ConfinedFile& file : job.files) wanted.push_back(file.handle);
    if (!arrange(wanted)) ::_exit(1);
    if (job.prepare != nullptr) job.prepare();
    make_heap_of_large_pages(room_for(job));
    if (!give_up_privileges()) ::_exit(1);

    Leave leave{&job, {}};
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < job.files.size(); ++i) {
        const int fd = first_file_fd + static_cast<int>(i);
        const std::string& name = job.files[i].path;
        leave.files.push_back(fd);
        paths.push_back(name.empty() ? "/proc/self/fd/" + std::to_string(fd) : name);
    }
    const Walls walls = raise_walls(leave);
    if (::write(end_fd, &walls, sizeof walls) != static_cast<ssize_t>(sizeof walls)) ::_exit(1);
    // From here on what this process says is not to be believed.
    static_cast<void>(::close(end_fd));
    try {
        job.work(channel_fd, paths);
    } catch (...) {
        ::_exit(1);
    }
    ::_exit(0);
}

}  // namespace nlafix::os
