// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file_time.h"

#include <doctest/doctest.h>

using namespace nlafix;

namespace {

constexpr std::uint64_t some_time = 134398183270000000;  // 2026-11-22 10:52:07

}  // namespace

TEST_CASE("A FILETIME is written as UTC") {
    CHECK(utc_text(some_time) == "2026-11-22T10:52:07Z");
    CHECK(utc_text(some_time + 9'999'999) == "2026-11-22T10:52:07Z");
    CHECK(utc_text(some_time + 10'000'000) == "2026-11-22T10:52:08Z");
    CHECK(utc_text(0) == "1601-01-01T00:00:00Z");
    CHECK(utc_text(133537247990000000) == "2024-02-29T23:59:59Z");
    CHECK(utc_text(125963424000000000) == "2000-03-01T00:00:00Z");
}

TEST_CASE("A person reads days and minutes") {
    CHECK(readable_day(some_time) == "2026-11-22");
    CHECK(readable_time(some_time) == "2026-11-22 10:52 UTC");
}

TEST_CASE("A time that no computer can have written is told from others") {
    CHECK(is_plausible_time(some_time));
    CHECK_FALSE(is_plausible_time(0));
    CHECK_FALSE(is_plausible_time(~std::uint64_t{0}));
    CHECK_FALSE(is_plausible_time(119600064000000000 - 1));
    CHECK(is_plausible_time(119600064000000000));
    CHECK_FALSE(is_plausible_time(189025920000000000));
}
