// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/batch.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace nlafix::app {
namespace {

/// What `work` gave, or threw: a mistake in the program, which is the caller's to tell.
struct Result {
    bool is_there = false;
    std::optional<Report> report;
    std::exception_ptr mistake;
};

class Pool {
public:
    Pool(std::size_t count, std::size_t jobs, const Work& work) : work_(work), results_(count) {
        for (std::size_t i = 0; i < std::min(jobs, count); ++i) {
            threads_.emplace_back([this] { run(); });
        }
    }
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;
    ~Pool() {
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            next_ = results_.size();  // what did not begin does not
        }
        for (std::thread& thread : threads_) thread.join();
    }

    std::optional<Report> wait_for(std::size_t index) {
        std::unique_lock<std::mutex> lock(mutex_);
        Result& result = results_[index];
        done_.wait(lock, [&] { return result.is_there; });
        if (result.mistake) std::rethrow_exception(result.mistake);
        return std::exchange(result.report, std::nullopt);
    }

private:
    void run() {
        for (;;) {
            std::size_t index = 0;
            {
                const std::lock_guard<std::mutex> lock(mutex_);
                if (next_ >= results_.size()) return;
                index = next_++;
            }
            Result result;
            try {
                result.report = work_(index);
            } catch (...) {
                result.mistake = std::current_exception();
            }
            {
                const std::lock_guard<std::mutex> lock(mutex_);
                result.is_there = true;
                results_[index] = std::move(result);
            }
            done_.notify_all();
        }
    }

    const Work& work_;
    std::mutex mutex_;
    std::condition_variable done_;
    std::size_t next_ = 0;
    std::vector<Result> results_;
    std::vector<std::thread> threads_;
};

}  // namespace

void run_batch(std::size_t count, std::size_t jobs, const Work& work,
               const std::function<void(std::size_t index)>& await,
               const std::function<void(const Report&)>& take) {
    if (jobs <= 1 || count <= 1) {
        for (std::size_t i = 0; i < count; ++i) {
            await(i);
            const std::optional<Report> report = work(i);
            if (!report) return;
            take(*report);
        }
        return;
    }
    Pool pool(count, jobs, work);
    for (std::size_t i = 0; i < count; ++i) {
        await(i);
        const std::optional<Report> report = pool.wait_for(i);
        if (!report) return;
        take(*report);
    }
}

}  // namespace nlafix::app
