// SPDX-License-Identifier: GPL-2.0-or-later
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/text.h"
#include "os/path_syntax.h"

using namespace nlafix;

TEST_CASE("A word of a shell is quoted where it has to be") {
    struct Row {
        std::string text, expected;
    };
    for (const Row& row :
         std::vector<Row>{{"/mnt/Windows/SYSTEM.nlafix-1.bak", "/mnt/Windows/SYSTEM.nlafix-1.bak"},
                          {"", "''"},
                          {"a b", "'a b'"},
                          {"it's", "'it'\\''s'"},
                          {"$(reboot)", "'$(reboot)'"},
                          {"`x`;&|<>", "'`x`;&|<>'"},
                          {"*?[a]~", "'*?[a]~'"},
                          {"back\\slash", "'back\\slash'"},
                          {"\xc3\xa4", "'\xc3\xa4'"},
                          {"a\nb", "$'a\\x0ab'"},
                          {"\x1b[0m", "$'\\x1b[0m'"},
                          {"\xff", "$'\\xff'"},
                          {"'\n\\", "$'\\'\\x0a\\\\'"},
                          {"\xc3\xa4\n", "$'\\xc3\\xa4\\x0a'"}}) {
        CHECK(os::shell_quoted(row.text) == row.expected);
        CHECK(escaped(os::shell_quoted(row.text)) == os::shell_quoted(row.text));
    }
}
