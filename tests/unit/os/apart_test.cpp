// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/apart.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

using namespace nlafix;
using std::chrono::hours;
using std::chrono::milliseconds;

namespace {

bool never() {
    return false;
}

std::vector<os::ApartResult> run(std::size_t count, milliseconds patience,
                                 const std::function<void(std::size_t, const os::Emit&)>& work) {
    return os::run_apart(count, 8, patience, work, never);
}

}  // namespace

TEST_CASE("Results come in the order of the work, piece by piece") {
    const auto results = run(50, hours(1), [](std::size_t index, const os::Emit& emit) {
        emit(std::to_string(index));
        emit(std::string(100'000, 'x') + std::to_string(index));
    });
    REQUIRE(results.size() == 50);
    for (std::size_t i = 0; i < results.size(); ++i) {
        CHECK(results[i].finished);
        REQUIRE(results[i].pieces.size() == 2);
        CHECK(results[i].pieces[0] == std::to_string(i));
        CHECK(results[i].pieces[1] == std::string(100'000, 'x') + std::to_string(i));
    }
}

TEST_CASE("Work that hangs is left behind with what it has said, and holds up no other") {
    const auto results = run(3, milliseconds(200), [](std::size_t index, const os::Emit& emit) {
        emit("begun");
        if (index == 1) std::this_thread::sleep_for(hours(1));
        emit("done");
    });
    CHECK(results[0].pieces.size() == 2);
    CHECK_FALSE(results[1].finished);
    CHECK(results[1].pieces == std::vector<std::string>{"begun"});
    CHECK(results[2].finished);
}

TEST_CASE("Work that dies or throws is not finished") {
    const auto results = run(2, hours(1), [](std::size_t index, const os::Emit&) {
        if (index == 0) ::_exit(0);
        throw std::runtime_error("no");
    });
    CHECK_FALSE(results[0].finished);
    CHECK_FALSE(results[1].finished);
}

TEST_CASE("Whoever is interrupted waits for nothing") {
    const auto results = os::run_apart(
        2, 2, hours(1), [](std::size_t, const os::Emit&) { std::this_thread::sleep_for(hours(1)); },
        [] { return true; });
    CHECK_FALSE(results[0].finished);
}

TEST_CASE("No work is done at once") {
    CHECK(run(0, hours(1), [](std::size_t, const os::Emit&) {}).empty());
}
