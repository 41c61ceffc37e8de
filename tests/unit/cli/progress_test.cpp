// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/progress.h"

#include <doctest/doctest.h>

using namespace nlafix;

TEST_CASE("the line says what is under way, and for how long") {
    CHECK(cli::progress_text("vm.qcow2", "reading the hive", std::chrono::seconds(3)) ==
          "vm.qcow2: reading the hive, 3 s");
}

TEST_CASE("the line stays short, and has no control characters") {
    const std::string text = cli::progress_text(std::string(300, 'x') + "/vm\x1b[2J", "writing",
                                                std::chrono::seconds(1));
    CHECK(text.size() < 79);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find("/vm") != std::string::npos);
}

TEST_CASE("a run of many says how many are done, and how fast") {
    using std::chrono::milliseconds;
    CHECK(cli::rate_text(0, 1000, milliseconds(1500)) == "0 of 1000 done");
    CHECK(cli::rate_text(3, 1000, milliseconds(0)) == "3 of 1000 done");
    CHECK(cli::rate_text(3, 1000, milliseconds(2000)) == "3 of 1000 done, 1.5 a second");
    CHECK(cli::rate_text(311, 1000, milliseconds(8000)) == "311 of 1000 done, 39 a second");
}
