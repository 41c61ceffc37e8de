// SPDX-License-Identifier: GPL-2.0-or-later
// Both ends of the connection to the server, and its loop.
//
// A request is one message on a socket that keeps messages apart, so that it may come from any
// thread, and from any process that inherited the socket. With it come the child's end of a
// channel, the end of a socket on which the child says which walls stand and the server how it
// ended, and the files. As the server is a copy of this program, a function is in both at the same
// address.
#include "os/linux/confinement_server.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <map>

#include "os/linux/confined_child.h"
#include "os/posix/descriptor.h"

namespace nlafix::os {
namespace {

constexpr std::size_t most_files = 4;
constexpr std::size_t most_descriptors = 2 + most_files;
constexpr std::size_t most_path_bytes = 4096;

/// What a ConfinedJob is on the way.
struct Request {
    ConfinedWork work;
    void (*prepare)();
    std::uint32_t cpu_seconds;
    std::uint64_t memory_bytes;
    std::uint64_t largest_file_bytes;
    std::uint32_t file_count;
    struct {
        bool writable;
        char path[most_path_bytes];
    } files[most_files];
};

/// Room for the descriptors that come with a message.
union Ancillary {
    cmsghdr head;
    char room[CMSG_SPACE(most_descriptors * sizeof(int))];
};

int send_request(int control, const Request& request, const std::vector<int>& descriptors) {
    iovec part = {const_cast<Request*>(&request), sizeof request};
    Ancillary ancillary = {};
    msghdr message = {};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = ancillary.room;
    message.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
    std::memcpy(CMSG_DATA(head), descriptors.data(), descriptors.size() * sizeof(int));
    ssize_t sent = 0;
    do {
        sent = ::sendmsg(control, &message, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? errno : 0;
}

int request_for(const ConfinedJob& job, Request& request) {
    if (job.files.size() > most_files) return EINVAL;
    request.work = job.work;
    request.prepare = job.prepare;
    request.cpu_seconds = job.cpu_seconds;
    request.memory_bytes = job.memory_bytes;
    request.largest_file_bytes = job.largest_file_bytes;
    request.file_count = static_cast<std::uint32_t>(job.files.size());
    for (std::size_t i = 0; i < job.files.size(); ++i) {
        const std::string& path = job.files[i].path;
        if (path.size() >= most_path_bytes) return ENAMETOOLONG;
        request.files[i].writable = job.files[i].writable;
        std::memcpy(request.files[i].path, path.c_str(), path.size() + 1);
    }
    return 0;
}

ConfinedEnd how_it_ended(int status) {
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return ConfinedEnd::returned;
    if (!WIFSIGNALED(status)) return ConfinedEnd::crashed;
    switch (WTERMSIG(status)) {
        case SIGXCPU: return ConfinedEnd::out_of_time;
        case SIGSYS: return ConfinedEnd::forbidden_call;
        default: return ConfinedEnd::crashed;
    }
}

class Server {
public:
    explicit Server(int control) : control_(control), id_(::getpid()) {}

    [[noreturn]] void run() {
        sigset_t waiting;
        sigset_t before;
        sigemptyset(&waiting);
        sigaddset(&waiting, SIGCHLD);
        // It comes while nothing else happens, and ends the wait.
        static_cast<void>(::pthread_sigmask(SIG_BLOCK, &waiting, &before));
        sigdelset(&before, SIGCHLD);
        for (;;) {
            pollfd control = {control_, POLLIN, 0};
            const int ready = ::ppoll(&control, 1, nullptr, &before);
            report_ended();
            if (ready > 0) take_request();
        }
    }

private:
    void report_ended() {
        int status = 0;
        for (pid_t id = 0; (id = ::waitpid(-1, &status, WNOHANG)) > 0;) {
            const auto child = ends_.find(id);
            if (child == ends_.end()) continue;
            static_cast<void>(::send(child->second, &status, sizeof status, MSG_NOSIGNAL));
            static_cast<void>(::close(child->second));
            ends_.erase(child);
        }
    }

    void take_request() {
        Request request = {};
        iovec part = {&request, sizeof request};
        Ancillary ancillary = {};
        msghdr message = {};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = ancillary.room;
        message.msg_controllen = sizeof ancillary.room;
        const ssize_t received = ::recvmsg(control_, &message, MSG_CMSG_CLOEXEC);
        if (received < 0) return;
        // Nobody is left to ask for anything; the children get their signal.
        if (received == 0) ::_exit(0);
        std::array<int, most_descriptors> descriptors = {};
        std::size_t count = 0;
        if (const cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr) {
            count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            std::memcpy(descriptors.data(), CMSG_DATA(head), count * sizeof(int));
        }
        const bool keeps_end = count == 2 + request.file_count && start_child(request, descriptors);
        for (std::size_t i = 0; i < count; ++i) {
            if (i != 1 || !keeps_end) static_cast<void>(::close(descriptors[i]));
        }
    }

    /// Where it fails both ends close, and the other side sees that nothing was started.
    bool start_child(const Request& request, const std::array<int, most_descriptors>& descriptors) {
        ConfinedJob job;
        job.work = request.work;
        job.prepare = request.prepare;
        job.cpu_seconds = request.cpu_seconds;
        job.memory_bytes = request.memory_bytes;
        job.largest_file_bytes = request.largest_file_bytes;
        for (std::size_t i = 0; i < request.file_count; ++i) {
            job.files.push_back(
                {descriptors[2 + i], request.files[i].path, request.files[i].writable});
        }
        const pid_t child = ::fork();
        if (child == 0) live_confined(job, descriptors[0], descriptors[1], id_);
        if (child < 0) return false;
        ends_[child] = descriptors[1];
        return true;
    }

    int control_;
    pid_t id_;
    std::map<pid_t, int> ends_;
};

void note_child(int) {}

/// Out of reach of the terminal's signals, and without any file of the program.
[[noreturn]] void become_server(int control) {
    static_cast<void>(::setsid());
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        static_cast<void>(::sigaction(number, &standard, nullptr));
    }
    struct sigaction note = {};
    note.sa_handler = note_child;
    static_cast<void>(::sigaction(SIGCHLD, &note, nullptr));

    // The standard streams read nothing and write nowhere, without a /dev/null.
    Descriptor dead, other, moved;
    if (make_socket_pair(SOCK_STREAM, dead, other) != 0) ::_exit(1);
    moved.reset(::fcntl(control, F_DUPFD, 3));
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (moved.get() < 0 || ::dup2(dead.get(), stream) < 0) ::_exit(1);
    }
    const int mine = ::dup2(moved.release(), 3);
    close_from(4);
    Server(mine).run();
}

}  // namespace

int ConfinementServer::start() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (control_ >= 0) return 0;
    Descriptor mine, its;
    if (const int result = make_socket_pair(SOCK_SEQPACKET, mine, its); result != 0) return result;
    const pid_t id = ::fork();
    if (id < 0) return errno;
    if (id == 0) become_server(its.get());
    // Never where a standard stream was closed: a report would go there.
    control_ = ::fcntl(mine.get(), F_DUPFD_CLOEXEC, 3);
    return control_ < 0 ? errno : 0;
}

int ConfinementServer::start_child(const ConfinedJob& job, ConfinedChild& child) {
    Request request = {};
    if (const int result = request_for(job, request); result != 0) return result;
    if (const int result = start(); result != 0) return result;
    Descriptor channel, its_channel, end, its_end;
    if (const int result = make_socket_pair(SOCK_STREAM, channel, its_channel); result != 0) {
        return result;
    }
    if (const int result = make_socket_pair(SOCK_SEQPACKET, end, its_end); result != 0) {
        return result;
    }
    std::vector<int> descriptors = {its_channel.get(), its_end.get()};
    for (const ConfinedFile& file : job.files) descriptors.push_back(file.handle);
    if (const int result = send_request(control_, request, descriptors); result != 0) return result;
    its_channel.reset(-1);
    its_end.reset(-1);
    Walls walls;
    ssize_t received = 0;
    do {
        received = ::recv(end.get(), &walls, sizeof walls, 0);
    } while (received < 0 && errno == EINTR);
    // No process could be had, or it ended before it was confined.
    if (received != static_cast<ssize_t>(sizeof walls)) return EAGAIN;
    child = {channel.release(), end.release(), walls};
    return 0;
}

int receive_end(int end, ConfinedEnd& how) {
    int status = 0;
    const ssize_t received = ::recv(end, &status, sizeof status, 0);
    if (received < 0) return errno;
    // Somebody has killed the server, and the child with it.
    if (received != static_cast<ssize_t>(sizeof status)) return ECHILD;
    how = how_it_ended(status);
    return 0;
}

}  // namespace nlafix::os
