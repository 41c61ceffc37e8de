// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/waiting.h"

#include <chrono>
#include <system_error>
#include <utility>

#include "os/leaving.h"
#include "os/signals.h"

namespace nlafix::cli {
namespace {

// A handler can only set a flag, so it is looked at; together less than a second.
constexpr std::chrono::milliseconds look_every{50};
constexpr std::chrono::milliseconds patience{500};

}  // namespace

SignalWatch::SignalWatch(std::function<bool()> was_interrupted, std::function<void()> leave)
    : was_interrupted_(std::move(was_interrupted)), leave_(std::move(leave)) {
    try {
        thread_ = std::thread([this] { run(); });
    } catch (const std::system_error&) {
        // No thread can be had: then a read that hangs does.
    }
}

SignalWatch::~SignalWatch() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void SignalWatch::run() {
    os::watch_signals_in_this_thread();
    std::unique_lock<std::mutex> lock(mutex_);
    const auto stopping = [this] { return stopping_; };
    while (!changed_.wait_for(lock, look_every, stopping)) {
        if (!was_interrupted_() || changed_.wait_for(lock, patience, stopping)) continue;
        // A write that is under way is waited for, however long it takes.
        if (os::may_leave()) leave_();
    }
}

}  // namespace nlafix::cli
