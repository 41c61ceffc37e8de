// SPDX-License-Identifier: GPL-2.0-or-later
// One line on a terminal that says what takes so long.
// Owns: the line, from the moment that a TARGET has taken a second until its report is printed.
// Never: writes to anything but the terminal of standard error.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace nlafix::cli {

/// "server.qcow2: looking for Windows, 3 s" of what is under way after `elapsed`.
std::string progress_text(const std::string& target, const std::string& step,
                          std::chrono::seconds elapsed);

/// Does nothing unless `wanted` and standard error is a terminal.
class Progress {
public:
    explicit Progress(bool wanted);
    ~Progress();

    void begin(const std::string& target);
    void step(const char* what);
    /// Takes the line away.
    void end();

private:
    using Clock = std::chrono::steady_clock;

    void run();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::string target_;  // empty: nothing is under way
    std::string step_;
    Clock::time_point began_;
    bool shown_ = false;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace nlafix::cli
