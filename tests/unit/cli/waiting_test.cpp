// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/waiting.h"

#include <doctest/doctest.h>

using namespace nlafix;

TEST_CASE("Work that ends by itself is not left, signal or no signal") {
    bool has_left = false;
    for (const bool signal : {false, true}) {
        const cli::SignalWatch watch([signal] { return signal; }, [&] { has_left = true; });
    }
    CHECK_FALSE(has_left);
}
