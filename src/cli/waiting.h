// SPDX-License-Identifier: GPL-2.0-or-later
// Work that may hang in the kernel, and a signal that ends it all the same.
// Owns: the thread that looks for signals while the caller's works.
// Never: interrupts a write (os/leaving.h).
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace nlafix::cli {

/// While one exists: once `was_interrupted`, the caller has half a second to end by itself. If it
/// does not, and nothing is being written, `leave` is called in another thread; it must end the
/// process.
class SignalWatch {
public:
    SignalWatch(std::function<bool()> was_interrupted, std::function<void()> leave);
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;
    ~SignalWatch();

private:
    void run();

    std::function<bool()> was_interrupted_;
    std::function<void()> leave_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace nlafix::cli
