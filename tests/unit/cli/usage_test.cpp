// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/usage.h"

#include <doctest/doctest.h>

#include <string>
#include <variant>
#include <vector>

#include "cli/options.h"
#include "thrown.h"

using namespace nlafix;
using Words = std::vector<std::string>;

namespace {

cli::UsageError error_of(const Words& arguments, const cli::PathTest& is_path = {}) {
    const auto parsed = cli::parse_arguments(arguments, {80, is_path});
    const auto* error = std::get_if<cli::UsageError>(&parsed);
    return error == nullptr ? cli::UsageError() : *error;
}

}  // namespace

TEST_CASE("The nearest word is one or two letters off, or shortened") {
    const Words words = {"check", "fix", "undo", "recover", "--json", "--jobs"};
    CHECK(cli::nearest("chekc", words) == "check");
    CHECK(cli::nearest("fxi", words) == "fix");
    CHECK(cli::nearest("CHECK", words) == "check");
    CHECK(cli::nearest("recovery", words) == "recover");
    CHECK(cli::nearest("rec", words) == "recover");
    CHECK(cli::nearest("--josn", words) == "--json");
    CHECK(cli::nearest("--jo", words) == "--jobs");
    CHECK(cli::nearest("--j", words).empty());
    CHECK(cli::nearest("frobnicate", words).empty());
    CHECK(cli::nearest("x", words).empty());
    CHECK(cli::nearest("", words).empty());
    CHECK(cli::nearest(std::string(100000, 'x'), words).empty());
}

TEST_CASE("A command line that begins with a path gets its command") {
    const cli::PathTest is_disk = [](const std::string& path) { return path == "disk"; };
    CHECK(error_of({"disk"}, is_disk).suggestion == "nlafix check disk");
    CHECK(error_of({"disk", "fix", "-n"}, is_disk).suggestion == "nlafix fix disk -n");
    CHECK(error_of({"disk"}).suggestion.empty());
    CHECK(error_of({"/dev/sdb"}).suggestion == "nlafix check /dev/sdb");
    CHECK(error_of({"a b.img"}).suggestion == "nlafix check 'a b.img'");
}

TEST_CASE("An option in front of the command is moved behind it") {
    CHECK(error_of({"--json", "check", "a"}).suggestion == "nlafix check --json a");
    CHECK(error_of({"--backup-dir", "d", "fix", "a"}).suggestion == "nlafix fix --backup-dir d a");
    CHECK(error_of({"-n"}).suggestion == "nlafix fix -n TARGET");
}

TEST_CASE("The wrong word is named, with the option that was meant") {
    CHECK(error_of({"check", "--jsno", "a"}).word == "--jsno");
    CHECK(error_of({"check", "--jsno", "a"}).suggestion == "--json");
    CHECK(error_of({"check", "-json", "a"}).suggestion == "--json");
    CHECK(error_of({"check", "--color", "alwys", "a"}).suggestion == "always");
    CHECK(error_of({"check", "--color", "alwys", "a"}).word == "alwys");
    CHECK(test::contains(error_of({"check", "-n", "a"}).message, "it is one of fix"));
    CHECK(test::contains(error_of({"fix", "--backup-dir"}).message, "--backup-dir DIR"));
    CHECK(test::contains(error_of({"check", "--json=1", "a"}).message, "takes no value"));
    CHECK(test::contains(error_of({"fix", "a", "--format", "raw", "--format", "raw"}).message,
                         "more than once"));
    CHECK(test::contains(error_of({"check"}).message, "needs a TARGET"));
}

TEST_CASE("JSON is asked for wherever the option stands, but not as a TARGET") {
    CHECK(cli::wants_json({"--json", "chekc"}));
    CHECK(cli::wants_json({"check", "a", "--json"}));
    CHECK_FALSE(cli::wants_json({"check", "--", "--json"}));
    CHECK_FALSE(cli::wants_json({}));
}
