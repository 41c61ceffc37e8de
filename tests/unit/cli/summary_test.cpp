// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/summary.h"

#include <doctest/doctest.h>

#include "thrown.h"

using namespace nlafix;
using app::Outcome;

namespace {

void add(cli::Summary& summary, Outcome outcome, std::size_t times) {
    app::Report report;
    report.outcome = outcome;
    if (outcome == Outcome::failed) {
        report.error = Error(ErrorCode::no_such_file, "is not there").path("\x1b[31m");
    }
    for (std::size_t i = 0; i < times; ++i) summary.add(report);
}

}  // namespace

TEST_CASE("A thousand are counted by what they came to") {
    cli::Summary summary;
    add(summary, Outcome::nothing_to_do, 250);
    add(summary, Outcome::change_needed, 748);
    add(summary, Outcome::failed, 1);
    app::Report refused;
    refused.error = Error(ErrorCode::in_use, "is in use").path("b");
    summary.add(refused);
    CHECK(summary.text() ==
          "1,000 hives: 250 in order, 748 need a change, 1 refused, 1 error\n"
          "  error: \\x1b[31m: is not there\n"
          "  refused: b: is in use\n");
}

TEST_CASE("A few are not counted, and of too many failures a hundred are named") {
    cli::Summary few;
    add(few, Outcome::failed, 4);
    CHECK(few.text().empty());
    cli::Summary many;
    add(many, Outcome::failed, 1'234'567);
    CHECK(many.text().starts_with("1,234,567 hives: 1,234,567 error\n"));
    CHECK(many.text().size() < 5000);
    CHECK(many.text().ends_with("  and more\n"));
}
