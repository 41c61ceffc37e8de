// SPDX-License-Identifier: GPL-2.0-or-later
// A piece is its length in eight bytes, and its text.
#include "os/apart.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "os/posix/parent_death.h"

namespace nlafix::os {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_piece_bytes = std::size_t{1} << 24;
constexpr std::size_t most_pieces = 100'000;

struct Worker {
    std::size_t index = 0;
    pid_t id = -1;
    int from = -1;
    std::string received;
    Clock::time_point last_heard;
};

void send(int to, const std::string& piece) {
    const std::uint64_t length = piece.size();
    std::string text(reinterpret_cast<const char*>(&length), sizeof length);
    text += piece;
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t n = ::write(to, text.data() + done, text.size() - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) ::_exit(1);
        done += static_cast<std::size_t>(n);
    }
}

/// The whole of the new process.
[[noreturn]] void become_worker(std::size_t index, int to,
                                const std::function<void(std::size_t, const Emit&)>& work) {
    die_with_parent();
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        static_cast<void>(::sigaction(number, &standard, nullptr));
    }
    try {
        work(index, [to](const std::string& piece) { send(to, piece); });
        send(to, "");
    } catch (...) {
        ::_exit(1);
    }
    ::_exit(0);
}

bool start(std::size_t index, const std::function<void(std::size_t, const Emit&)>& work,
           Worker& worker) {
    int ends[2] = {-1, -1};
    if (::pipe(ends) != 0) return false;
    for (const int end : ends) static_cast<void>(::fcntl(end, F_SETFD, FD_CLOEXEC));
    const pid_t id = ::fork();
    if (id == 0) {
        static_cast<void>(::close(ends[0]));
        become_worker(index, ends[1], work);
    }
    static_cast<void>(::close(ends[1]));
    if (id < 0) {
        static_cast<void>(::close(ends[0]));
        return false;
    }
    worker = {index, id, ends[0], "", Clock::now()};
    return true;
}

/// Moves whole pieces from what was received to `result`.
void take_pieces(Worker& worker, ApartResult& result) {
    std::uint64_t length = 0;
    std::size_t at = 0;
    while (worker.received.size() - at >= sizeof length) {
        std::memcpy(&length, worker.received.data() + at, sizeof length);
        if (length > most_piece_bytes || worker.received.size() - at - sizeof length < length) {
            break;
        }
        if (length == 0) result.finished = true;
        if (length != 0 && result.pieces.size() < most_pieces) {
            result.pieces.push_back(worker.received.substr(at + sizeof length, length));
        }
        at += sizeof length + length;
    }
    worker.received.erase(0, at);
}

/// Reads what is there; false at the end of the pipe.
bool receive(Worker& worker, ApartResult& result) {
    char buffer[65536];
    const ssize_t n = ::read(worker.from, buffer, sizeof buffer);
    if (n < 0) return errno == EINTR || errno == EAGAIN;
    if (n == 0) return false;
    worker.received.append(buffer, static_cast<std::size_t>(n));
    worker.last_heard = Clock::now();
    take_pieces(worker, result);
    return worker.received.size() <= most_piece_bytes + sizeof(std::uint64_t);
}

/// One that hangs is killed, and left to the kernel.
void leave(const Worker& worker, bool hangs) {
    static_cast<void>(::close(worker.from));
    if (hangs) static_cast<void>(::kill(worker.id, SIGKILL));
}

/// Takes note of those that have ended. Even the end of a process may hang, in the device that it
/// closes: a moment is enough for all others.
void collect(std::vector<pid_t> ids) {
    constexpr int most_moments = 50;
    for (int moment = 0; moment < most_moments && !ids.empty(); ++moment) {
        std::erase_if(ids, [](pid_t id) { return ::waitpid(id, nullptr, WNOHANG) != 0; });
        if (!ids.empty()) ::usleep(2000);
    }
}

class Workers {
public:
    Workers(std::vector<ApartResult>& results, std::chrono::milliseconds patience)
        : results_(results), patience_(patience) {}

    std::size_t count() const { return running_.size(); }
    void add(Worker worker) {
        ids_.push_back(worker.id);
        running_.push_back(std::move(worker));
    }

    /// Waits for news for at most a moment, and lets go of those that have ended or hang.
    void listen() {
        std::vector<struct pollfd> polled;
        for (const Worker& worker : running_) polled.push_back({worker.from, POLLIN, 0});
        static_cast<void>(::poll(polled.data(), polled.size(), 100));
        std::vector<Worker> still;
        for (std::size_t i = 0; i < running_.size(); ++i) {
            Worker& worker = running_[i];
            ApartResult& result = results_[worker.index];
            const bool open = polled[i].revents == 0 || receive(worker, result);
            const bool hangs = open && Clock::now() - worker.last_heard > patience_;
            if (open && !hangs && !result.finished) {
                still.push_back(std::move(worker));
            } else {
                leave(worker, hangs);
            }
        }
        running_ = std::move(still);
    }

    void give_up() {
        for (const Worker& worker : running_) leave(worker, true);
        running_.clear();
        collect(ids_);
    }

private:
    std::vector<ApartResult>& results_;
    std::chrono::milliseconds patience_;
    std::vector<Worker> running_;
    std::vector<pid_t> ids_;  // of all that were started
};

}  // namespace

std::vector<ApartResult> run_apart(std::size_t count, std::size_t at_once,
                                   std::chrono::milliseconds patience,
                                   const std::function<void(std::size_t, const Emit&)>& work,
                                   const std::function<bool()>& was_interrupted) {
    std::vector<ApartResult> results(count);
    Workers workers(results, patience);
    std::size_t next = 0;
    while ((next < count || workers.count() != 0) && !was_interrupted()) {
        while (next < count && workers.count() < std::max<std::size_t>(at_once, 1)) {
            Worker worker;
            // One that cannot be started is as one that does not answer.
            if (start(next, work, worker)) workers.add(std::move(worker));
            ++next;
        }
        if (workers.count() != 0) workers.listen();
    }
    workers.give_up();
    return results;
}

}  // namespace nlafix::os
