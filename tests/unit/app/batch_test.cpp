// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/batch.h"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace nlafix;

namespace {

app::Report named(std::size_t index) {
    app::Report report;
    report.target = std::to_string(index);
    return report;
}

std::vector<std::string> targets_of_batch(std::size_t count, std::size_t jobs,
                                          const app::Work& work) {
    std::vector<std::string> taken;
    std::size_t awaited = 0;
    app::run_batch(
        count, jobs, work, [&](std::size_t index) { CHECK(index == awaited++); },
        [&](const app::Report& report) { taken.push_back(report.target); });
    return taken;
}

}  // namespace

TEST_CASE("reports come in the order of the TARGETs, however many are at work") {
    for (const std::size_t jobs : {1U, 2U, 3U, 16U}) {
        CAPTURE(jobs);
        // The first ones take longest.
        const auto work = [](std::size_t index) {
            std::this_thread::sleep_for(std::chrono::milliseconds(index < 4 ? 5 : 0));
            return named(index);
        };
        const std::vector<std::string> taken = targets_of_batch(9, jobs, work);
        REQUIRE(taken.size() == 9);
        for (std::size_t i = 0; i < taken.size(); ++i) CHECK(taken[i] == std::to_string(i));
    }
}

TEST_CASE("as many as there are jobs are at work at once, and no more") {
    constexpr int jobs = 3;
    std::atomic<int> now{0};
    std::atomic<int> most{0};
    targets_of_batch(12, jobs, [&](std::size_t index) {
        const int working = ++now;
        int seen = most;
        while (seen < working && !most.compare_exchange_weak(seen, working)) {
        }
        // Until the others have come, but not for ever.
        for (int i = 0; i < 1000 && most < jobs; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        --now;
        return named(index);
    });
    CHECK(most == jobs);
}

TEST_CASE("one job works in the caller's thread") {
    targets_of_batch(2, 1, [caller = std::this_thread::get_id()](std::size_t index) {
        CHECK(std::this_thread::get_id() == caller);
        return named(index);
    });
}

TEST_CASE("what work throws reaches the caller, and the threads end") {
    for (const std::size_t jobs : {1U, 4U}) {
        CAPTURE(jobs);
        CHECK_THROWS_AS(targets_of_batch(20, jobs,
                                         [](std::size_t index) -> app::Report {
                                             if (index == 3) throw std::logic_error("mistake");
                                             return named(index);
                                         }),
                        std::logic_error);
    }
}
