// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/invisible.h"

#include <doctest/doctest.h>

#include <vector>

using namespace nlafix;

TEST_CASE("A character is invisible from the first to the last of its range, and no further") {
    struct Row {
        char32_t first, last;
        const char* what;
    };
    for (const Row& row : std::vector<Row>{
             Row{0x7f, 0x9f, "DEL and C1"}, Row{0xad, 0xad, "soft hyphen"},
             Row{0x115f, 0x1160, "Hangul fillers"},
             Row{0x200b, 0x200f, "zero width and direction marks"},
             Row{0x2028, 0x202e, "separators and embeddings"},
             Row{0x2060, 0x206f, "word joiner to isolates"},
             Row{0xfe00, 0xfe0f, "variation selectors"}, Row{0xfeff, 0xfeff, "byte order mark"},
             Row{0xfff0, 0xfffb, "reserved and annotations"},
             Row{0x13430, 0x1343f, "hieroglyph controls"}, Row{0xe0000, 0xe0fff, "tags"}}) {
        CAPTURE(row.what);
        CHECK_FALSE(is_invisible(row.first - 1));
        CHECK(is_invisible(row.first));
        CHECK(is_invisible(row.last));
        CHECK_FALSE(is_invisible(row.last + 1));
    }
}

TEST_CASE("C0 is invisible, and what follows it is not; above Unicode nothing is") {
    CHECK(is_invisible(0));
    CHECK(is_invisible(U'\n'));
    CHECK(is_invisible(0x1f));
    CHECK_FALSE(is_invisible(U' '));
    CHECK_FALSE(is_invisible(0xa0));    // no-break space is shown
    CHECK_FALSE(is_invisible(0xfffd));  // so is what stands for something else
    CHECK_FALSE(is_invisible(0x110000));
    CHECK_FALSE(is_invisible(0xffffffff));
}
