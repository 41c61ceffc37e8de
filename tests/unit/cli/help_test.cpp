// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/help.h"

#include <doctest/doctest.h>

#include <sstream>
#include <string>

#include "cli/options.h"
#include "cli/repair_list.h"
#include "thrown.h"

using namespace nlafix;

namespace {

std::size_t longest_line(const std::string& text) {
    std::istringstream lines(text);
    std::size_t longest = 0;
    for (std::string line; std::getline(lines, line);) longest = std::max(longest, line.size());
    return longest;
}

std::string help_of(const std::string& command, std::size_t columns) {
    const auto parsed = cli::parse_arguments({command, "--help"}, {columns, {}});
    return std::get<cli::PlainText>(parsed).text;
}

}  // namespace

TEST_CASE("Lines break at spaces, and what follows is indented") {
    CHECK(cli::wrapped("one two three", 80, 4, 0) == "one two three");
    CHECK(cli::wrapped("one two three", 8, 4, 0) == "one two\n    three");
    CHECK(cli::wrapped("one two three", 7, 2, 0) == "one two\n  three");
    CHECK(cli::wrapped("one two three", 8, 2, 3) == "one\n  two\n  three");
    CHECK(cli::wrapped("", 8, 2, 3).empty());
}

TEST_CASE("A word that is too long has a line for itself") {
    CHECK(cli::wrapped("a unbreakable b", 5, 1, 0) == "a\n unbreakable\n b");
}

TEST_CASE("Help is as wide as the terminal, and every command has an example") {
    for (const char* command : {"check", "fix", "undo", "recover", "help"}) {
        CAPTURE(std::string(command));
        for (const std::size_t columns : {std::size_t{80}, std::size_t{100}, std::size_t{200}}) {
            CHECK(longest_line(help_of(command, columns)) <= columns);
        }
        CHECK(test::contains(help_of(command, 80), "\nExamples:\n  nlafix "));
        CHECK(test::contains(help_of(command, 80), "man nlafix"));
        CHECK(longest_line(help_of(command, 10)) > 10);  // nothing can be read there
    }
    CHECK(longest_line(help_of("fix", 60)) <= 60);
    CHECK(longest_line(help_of("fix", 200)) > 80);
    CHECK(longest_line(cli::repair_list(80)) <= 80);
}
