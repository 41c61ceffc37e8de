// SPDX-License-Identifier: GPL-2.0-or-later
// Starting a server on a socket that is connected already, and ending it.
//
// The socket has a name for only as long as it takes to connect to it: the folder is gone before
// the program starts, so that no end of ours or of it leaves anything behind, and nobody else can
// connect.
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "os/environment.h"
#include "os/posix/descriptor.h"
#include "os/posix/parent_death.h"
#include "os/posix/posix_system.h"
#include "os/posix/server_walls.h"

extern char** environ;

namespace nlafix::os {
namespace {

// What systemd calls SD_LISTEN_FDS_START.
constexpr int first_listening_fd = 3;

int new_socket(Descriptor& descriptor) {
    descriptor.reset(::socket(AF_UNIX, SOCK_STREAM, 0));
    if (descriptor.get() < 0) return errno;
    return ::fcntl(descriptor.get(), F_SETFD, FD_CLOEXEC) < 0 ? errno : 0;
}

int listen_and_connect(const std::string& path, Descriptor& listening, Descriptor& connected) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return ENAMETOOLONG;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    if (const int result = new_socket(listening); result != 0) return result;
    if (const int result = new_socket(connected); result != 0) return result;
    if (::bind(listening.get(), generic, sizeof address) != 0) return errno;
    // The connection waits in the queue until the server takes it.
    if (::listen(listening.get(), 1) != 0) return errno;
    return ::connect(connected.get(), generic, sizeof address) != 0 ? errno : 0;
}

/// A listening socket, and one that is connected to it; no name of theirs is left.
int make_sockets(Descriptor& listening, Descriptor& connected) {
    int result = ENOENT;
    // The next one where TMPDIR is too long for the name of a socket, or a folder takes nothing.
    for (const std::string& base : {environment_variable("TMPDIR"), std::string("/tmp"),
                                    std::string("/run"), std::string("/dev/shm")}) {
        if (base.empty()) continue;
        std::string folder = base + "/nlafix-XXXXXX";
        if (::mkdtemp(folder.data()) == nullptr) {
            result = errno;
            continue;
        }
        const std::string path = folder + "/socket";
        result = listen_and_connect(path, listening, connected);
        static_cast<void>(::unlink(path.c_str()));
        static_cast<void>(::rmdir(folder.c_str()));
        if (result == 0) return 0;
    }
    // ENOENT is kept for a program that is not there.
    return result == ENOENT ? ENOTDIR : result;
}

/// What the new process needs; made before the fork, because after it nothing may be allocated.
struct Program {
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
    std::vector<char*> argument_pointers;
    std::vector<char*> environment_pointers;
    char* process_id = nullptr;  // where the digits of LISTEN_PID go

    explicit Program(std::vector<std::string> given) : arguments(std::move(given)) {
        for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
            if (!std::string_view(*entry).starts_with("LISTEN_")) environment.emplace_back(*entry);
        }
        environment.emplace_back("LISTEN_FDS=1");
        environment.emplace_back("LISTEN_PID=" + std::string(20, '\0'));
        for (std::string& text : arguments) argument_pointers.push_back(text.data());
        for (std::string& text : environment) environment_pointers.push_back(text.data());
        argument_pointers.push_back(nullptr);
        environment_pointers.push_back(nullptr);
        process_id = environment.back().data() + std::strlen("LISTEN_PID=");
    }
};

void write_decimal(long value, char* into) {
    char digits[20];
    std::size_t count = 0;
    do {
        digits[count++] = static_cast<char>('0' + value % 10);
        value /= 10;
    } while (value > 0);
    while (count > 0) *into++ = digits[--count];
    *into = '\0';
}

/// What the new process says on its way: the walls that it has raised, then why it could not become
/// the program.
struct Word {
    Walls walls;
    int number = 0;
};

void say(int pipe_end, const Word& word) {
    static_cast<void>(!::write(pipe_end, &word, sizeof word));
}

/// What the new process is made of.
struct Plan {
    const Program& program;
    const ServerWalls& walls;
    int listening;
    int errors;
    int report;
};

/// In the new process: only calls that are safe between fork and exec. Returns an errno value, if
/// at all.
int become(const Plan& plan, pid_t parent) {
    die_with_parent();
    if (::getppid() != parent) return ESRCH;
    // A session of its own: Ctrl-C and a lost terminal are the parent's business.
    static_cast<void>(::setsid());
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ}) {
        static_cast<void>(::sigaction(number, &standard, nullptr));
    }
    sigset_t none;
    sigemptyset(&none);
    static_cast<void>(::pthread_sigmask(SIG_SETMASK, &none, nullptr));

    // Away from the numbers that are about to be given, then onto them.
    const int socket_copy = ::fcntl(plan.listening, F_DUPFD, first_listening_fd + 1);
    const int nowhere = ::open("/dev/null", O_RDWR);
    const int errors_copy =
        ::fcntl(plan.errors >= 0 ? plan.errors : nowhere, F_DUPFD, first_listening_fd + 1);
    if (socket_copy < 0 || errors_copy < 0 || nowhere < 0) return errno;
    if (::dup2(nowhere, STDIN_FILENO) < 0 || ::dup2(nowhere, STDOUT_FILENO) < 0 ||
        ::dup2(errors_copy, STDERR_FILENO) < 0 || ::dup2(socket_copy, first_listening_fd) < 0) {
        return errno;
    }
    static_cast<void>(::close(socket_copy));
    static_cast<void>(::close(errors_copy));
    if (nowhere > first_listening_fd) static_cast<void>(::close(nowhere));
    write_decimal(::getpid(), plan.program.process_id);
    environ = const_cast<char**>(plan.program.environment_pointers.data());
    say(plan.report, {plan.walls.raise(), 0});
    ::execvp(plan.program.argument_pointers[0], plan.program.argument_pointers.data());
    return errno;
}

/// Waits for exec, which closes the pipe: 0, or the errno value of a new process that could not
/// become the program.
int exec_result(int pipe_end, Walls& walls) {
    for (;;) {
        Word word;
        const ssize_t n = ::read(pipe_end, &word, sizeof word);
        if (n < 0 && errno == EINTR) continue;
        if (n != static_cast<ssize_t>(sizeof word)) return 0;
        if (word.number != 0) return word.number;
        walls = word.walls;
    }
}

int wait_status(int raw) {
    return WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + (WIFSIGNALED(raw) ? WTERMSIG(raw) : 0);
}

}  // namespace

int PosixSystem::start_server(const ServerJob& job, Server& server) {
    if (job.arguments.empty()) return EINVAL;
    // One at a time: a process that another thread starts in between would inherit what does not
    // close itself yet, and keep our pipe open.
    static std::mutex mutex;
    const std::lock_guard<std::mutex> lock(mutex);
    Descriptor listening, connected;
    if (const int result = make_sockets(listening, connected); result != 0) return result;
    int ends[2] = {-1, -1};
    if (::pipe(ends) != 0) return errno;
    Descriptor from_child(ends[0]), to_parent(ends[1]);
    for (const int end : ends) {
        if (::fcntl(end, F_SETFD, FD_CLOEXEC) < 0) return errno;
    }

    const Program program(job.arguments);
    const ServerWalls server_walls(job);
    const pid_t parent = ::getpid();
    const pid_t id = ::fork();
    if (id < 0) return errno;
    if (id == 0) {
        // The pipe must not lie where the socket goes: that would end it without a word.
        const int report = ::fcntl(to_parent.get(), F_DUPFD_CLOEXEC, first_listening_fd + 1);
        const Plan plan = {program, server_walls, listening.get(), job.errors, report};
        say(report, {{}, become(plan, parent)});
        ::_exit(127);
    }
    to_parent.reset(-1);
    Walls walls;
    const int result = exec_result(from_child.get(), walls);
    if (result != 0) {
        int raw = 0;
        while (::waitpid(id, &raw, 0) < 0 && errno == EINTR) {
        }
        return result;
    }
    // With the last listening descriptor gone, a server that dies ends the connection as well.
    server = {{id}, connected.release(), walls};
    return 0;
}

int PosixSystem::wait(const Child& child, std::uint32_t timeout_ms, int& status) {
    using Clock = std::chrono::steady_clock;
    const auto deadline = Clock::now() + std::chrono::milliseconds(timeout_ms);
    auto pause = std::chrono::microseconds(100);
    for (;;) {
        int raw = 0;
        const pid_t ended = ::waitpid(static_cast<pid_t>(child.id), &raw, WNOHANG);
        if (ended < 0 && errno != EINTR) return errno;
        if (ended > 0) {
            status = wait_status(raw);
            return 0;
        }
        if (Clock::now() >= deadline) return ETIMEDOUT;
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, std::chrono::microseconds(20'000));
    }
}

int PosixSystem::stop(const Child& child, bool at_once) {
    if (child.id <= 0) return ESRCH;
    return ::kill(static_cast<pid_t>(child.id), at_once ? SIGKILL : SIGTERM) != 0 ? errno : 0;
}

}  // namespace nlafix::os
