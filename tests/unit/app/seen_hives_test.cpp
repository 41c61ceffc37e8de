// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/seen_hives.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>

using namespace nlafix;

namespace {

app::Report of(const std::string& target, const std::string& place,
               std::optional<os::FileIdentity> identity = std::nullopt) {
    app::Report report;
    report.target = target;
    report.place = place;
    report.identity = identity;
    return report;
}

}  // namespace

TEST_CASE("the second name of a hive gets the report of the first") {
    app::SeenHives seen;
    CHECK_FALSE(seen.claim(of("a", "/x/SYSTEM", os::FileIdentity{1, 2})).has_value());
    seen.finish(of("a", "/x/SYSTEM", os::FileIdentity{1, 2}));

    const auto by_path = seen.claim(of("b", "/x/SYSTEM"));
    REQUIRE(by_path);
    CHECK(by_path->target == "a");
    app::Report repeated = of("b", "/x/SYSTEM");
    repeated.repeats = true;
    seen.finish(repeated);

    const auto by_identity = seen.claim(of("c", "/x/link", os::FileIdentity{1, 2}));
    REQUIRE(by_identity);
    CHECK(by_identity->target == "a");
}

TEST_CASE("hives without an identity are told apart by their place") {
    app::SeenHives seen;
    CHECK_FALSE(seen.claim(of("a", "nbd://one")).has_value());
    CHECK_FALSE(seen.claim(of("b", "nbd://two")).has_value());
}

TEST_CASE("whoever comes second waits until the first is done") {
    app::SeenHives seen;
    CHECK_FALSE(seen.claim(of("a", "/x")).has_value());
    std::atomic<bool> done{false};
    std::thread second([&] {
        const auto earlier = seen.claim(of("b", "/x"));
        CHECK(done);
        CHECK((earlier && earlier->target == "a"));
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    done = true;
    seen.finish(of("a", "/x"));
    second.join();
}
