// SPDX-License-Identifier: GPL-2.0-or-later
// One line on a terminal that says what takes so long.
// Owns: the line, from the moment that a TARGET, or a run of several, has taken a second until a
//   report is printed.
// Never: writes to anything but the terminal of standard error.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>

namespace nlafix::cli {

/// "server.qcow2: looking for Windows, 3 s" of what is under way after `elapsed`.
std::string progress_text(const std::string& target, const std::string& step,
                          std::chrono::seconds elapsed);

/// "311 of 1000 done, 38 a second" of a run of several TARGETs; no rate before one is done.
std::string rate_text(std::size_t done, std::size_t count, std::chrono::milliseconds elapsed);

/// Does nothing unless `wanted`, which asks for a terminal that takes escape sequences.
class Progress {
public:
    /// Of a run of `count` TARGETs.
    Progress(bool wanted, std::size_t count);
    ~Progress();

    void begin(const std::string& target);
    void step(const char* what);
    /// Takes the line away.
    void end();
    /// One more TARGET is done; called by any thread.
    void count_one();

private:
    using Clock = std::chrono::steady_clock;

    void run();
    std::string line(Clock::time_point now) const;

    const std::size_t count_;
    const Clock::time_point started_ = Clock::now();
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string target_;  // empty: nothing is under way
    std::string step_;
    Clock::time_point began_;
    Clock::time_point drawn_;
    std::size_t done_ = 0;
    bool shown_ = false;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace nlafix::cli
