// SPDX-License-Identifier: GPL-2.0-or-later
// There is no fork here: each piece of work is a thread, which ends with the process.
#include "os/apart.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace nlafix::os {
namespace {

using Clock = std::chrono::steady_clock;

/// What thread and caller share; a thread that is left behind keeps it alive.
struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> pieces;
    bool finished = false;
    bool ended = false;
    Clock::time_point last_heard = Clock::now();
};

void run(const std::shared_ptr<Shared>& shared, std::size_t index,
         const std::function<void(std::size_t, const Emit&)>& work) {
    bool finished = true;
    try {
        work(index, [&](const std::string& piece) {
            const std::lock_guard<std::mutex> lock(shared->mutex);
            shared->pieces.push_back(piece);
            shared->last_heard = Clock::now();
            shared->changed.notify_all();
        });
    } catch (...) {
        finished = false;
    }
    const std::lock_guard<std::mutex> lock(shared->mutex);
    shared->finished = finished;
    shared->ended = true;
    shared->changed.notify_all();
}

}  // namespace

std::vector<ApartResult> run_apart(std::size_t count, std::size_t,
                                   std::chrono::milliseconds patience,
                                   const std::function<void(std::size_t, const Emit&)>& work,
                                   const std::function<bool()>& was_interrupted) {
    std::vector<ApartResult> results(count);
    for (std::size_t index = 0; index < count && !was_interrupted(); ++index) {
        const auto shared = std::make_shared<Shared>();
        std::thread([shared, index, work] { run(shared, index, work); }).detach();
        std::unique_lock<std::mutex> lock(shared->mutex);
        while (!shared->ended && Clock::now() - shared->last_heard <= patience &&
               !was_interrupted()) {
            shared->changed.wait_for(lock, std::chrono::milliseconds(100));
        }
        results[index] = {shared->pieces, shared->finished};
    }
    return results;
}

}  // namespace nlafix::os
