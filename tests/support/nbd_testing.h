// SPDX-License-Identifier: GPL-2.0-or-later
// What tests of NBD servers share.
#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "base/error.h"
#include "disk/image/nbd_device.h"
#include "run_program.h"
#include "thrown.h"

namespace nlafix::test {

/// Whether this build or this machine lacks something; then it says that the test is skipped.
inline bool cannot_test_nbd(const std::vector<std::string>& programs) {
    if (disk::has_nbd()) return lacks_programs(programs);
    say_skipped("this build is without libnbd");
    return true;
}

/// What `action` throws, with a hint, and before `limit` is over.
template <typename Action>
Error error_within(std::chrono::milliseconds limit, Action action) {
    const auto begin = std::chrono::steady_clock::now();
    const auto error = error_of(action);
    CHECK(std::chrono::steady_clock::now() - begin < limit);
    REQUIRE(error);
    CHECK(!error->hint().empty());
    return *error;
}

}  // namespace nlafix::test
