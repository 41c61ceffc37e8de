// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/log_budget.h"

#include <doctest/doctest.h>

using namespace nlafix;
using source::LogBudget;

namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;

bool is_read(LogBudget& budget, std::uint64_t size_bytes, std::uint64_t allocated_bytes) {
    return budget.refusal_of(size_bytes, allocated_bytes).empty();
}

}  // namespace

TEST_CASE("Logs are read up to what is plausible beside their hive, all of them together") {
    LogBudget small(0);
    CHECK(is_read(small, 40 * mib, 40 * mib));
    CHECK_FALSE(is_read(small, 40 * mib, 40 * mib));
    CHECK(is_read(small, 24 * mib, 24 * mib));  // what was refused has not counted
    CHECK_FALSE(is_read(small, 1, 1));
    LogBudget large(100 * mib);
    CHECK(is_read(large, 464 * mib, 464 * mib));
    CHECK_FALSE(is_read(large, 1, 1));
}

TEST_CASE("What the disk does not store of sparse logs is limited, in sum as well") {
    LogBudget budget(0);
    CHECK_FALSE(is_read(budget, 40 * mib, 4096));
    CHECK(is_read(budget, 10 * mib, 0));
    CHECK(is_read(budget, 6 * mib, 0));
    CHECK_FALSE(is_read(budget, 4096, 0));
    CHECK(is_read(budget, mib, 2 * mib));  // allocated in larger pieces
}
