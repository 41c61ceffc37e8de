// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/text.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "hive_builder.h"

using namespace nlafix;
using fixture::bytes;
using namespace std::string_literals;

namespace {

const std::string replaced = "\xef\xbf\xbd";  // U+FFFD

}  // namespace

TEST_CASE("UTF-16 is valid when every surrogate has its partner") {
    for (const std::u16string& text :
         {u""s, u"a"s, u"\U0001F511"s, u"\ud7ff\ue000"s, u"\U0010FFFF\U00010000"s, u"\0"s}) {
        CHECK(is_valid_utf16(text));
    }
    for (const std::u16string& text :
         {u"\xd800"s, u"\xdc00"s, u"a\xdbff"s, u"\xdc00\xd800"s, u"\xd800\xd800\xdc00"s,
          u"\xd800\xdc00\xdc00"s, u"\xd800 \xdc00"s}) {
        CHECK_FALSE(is_valid_utf16(text));
    }
}

TEST_CASE("UTF-16 becomes UTF-8, and lone surrogates stay different from each other") {
    struct Row {
        std::u16string text;
        std::string expected;
    };
    for (const Row& row : std::vector<Row>{
             {u"", ""},
             {u"a\u007f\u0080\u07ff", "a\x7f\xc2\x80\xdf\xbf"},
             {u"\u0800\ud7ff\ue000\uffff", "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"},
             {u"\U00010000\U0010FFFF", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"},
             {u"\xd800", "\xed\xa0\x80"},
             {u"\xdc00x", "\xed\xb0\x80x"},
             {u"\xd800\xd800\xdc00", "\xed\xa0\x80\xf0\x90\x80\x80"},
             {u"\xd800x\xdc00", "\xed\xa0\x80x\xed\xb0\x80"},
             {u"a\0b"s, "a\0b"s}}) {
        CHECK(utf8_of(row.text) == row.expected);
    }
}

TEST_CASE("Bytes become UTF-16 units and back; a last odd byte is left out") {
    CHECK(utf16_units(bytes({0x61, 0, 0x01, 0xd8})) == u"a\xd801");
    CHECK(utf16_units(bytes({0x61, 0, 0x62})) == u"a");
    CHECK(utf16_units(bytes({0x61})) == u"");
    CHECK(utf16le_bytes(u"a\u0436") == bytes({0x61, 0, 0x36, 0x04}));
    CHECK(utf16le_bytes(u"") == Bytes());
    CHECK(utf16_of_ascii("tspkg") == u"tspkg");
}

TEST_CASE("Latin-1 becomes UTF-8") {
    CHECK(utf8_of_latin1(bytes({'a', 0x7f, 0x80, 0xff})) == "a\x7f\xc2\x80\xc3\xbf");
}

TEST_CASE("What is no UTF-8 becomes U+FFFD byte by byte, a lone surrogate becomes one") {
    struct Row {
        std::string text, expected;
    };
    const std::string r = replaced;
    for (const Row& row :
         std::vector<Row>{{"plain \xc3\xa4 \xf0\x9f\x94\x91", "plain \xc3\xa4 \xf0\x9f\x94\x91"},
                          {"\xff", r},
                          {"a\x80z", "a" + r + "z"},
                          {"\xc3", r},                          // cut
                          {"\xe2\x82", r + r},                  // cut
                          {"\xc0\xaf", r + r},                  // overlong
                          {"\xe0\x80\xaf", r + r + r},          // overlong
                          {"\xed\xa0\x80", r},                  // a surrogate
                          {"\xf4\x90\x80\x80", r + r + r + r},  // above U+10FFFF
                          {"\xf5\x80\x80\x80", r + r + r + r},
                          {"\xef\xbf\xbd", r},  // U+FFFD itself
                          {"\xc3\xc3\xa4", r + "\xc3\xa4"}}) {
        CHECK(well_formed_utf8(row.text) == row.expected);
    }
}

TEST_CASE("Invisible characters are escaped, and the result is one line") {
    struct Row {
        std::string text, expected;
    };
    for (const Row& row : std::vector<Row>{
             {"plain text, \xc3\xa4 \xf0\x9f\x94\x91", "plain text, \xc3\xa4 \xf0\x9f\x94\x91"},
             {"\x1b[31mred", "\\x1b[31mred"},
             {"a\nb\rc\td", "a\\x0ab\\x0dc\\x09d"},
             {"nul\0end"s, "nul\\x00end"},
             {"\x7f", "\\x7f"},
             {"\xc2\x85", "\\u{85}"},        // C1: next line
             {"\xc2\x9b", "\\u{9b}"},        // C1: control sequence introducer
             {"\xc2\xa0", "\xc2\xa0"},       // no-break space is shown
             {"\xe2\x80\xae", "\\u{202e}"},  // right-to-left override
             {"\xe2\x80\xad", "\\u{202d}"},
             {"\xe2\x81\xa6", "\\u{2066}"},            // isolate
             {"\xe2\x80\x8f", "\\u{200f}"},            // right-to-left mark
             {"\xe2\x80\xa8", "\\u{2028}"},            // line separator
             {"\xc2\xad", "\\u{ad}"},                  // soft hyphen
             {"tspkg\xe2\x80\x8b", "tspkg\\u{200b}"},  // zero width space
             {"\xe1\x85\x9f", "\\u{115f}"},            // Hangul filler: a letter by category
             {"\xef\xb8\x8f", "\\u{fe0f}"},            // variation selector: a mark by category
             {"\xf3\xa0\x81\x81", "\\u{e0041}"},       // tag
             {"\xed\xa0\x80\xed\xbf\xbf", "\\u{d800}\\u{dfff}"},  // lone surrogates
             {"\xff\xfe", "\\xff\\xfe"},
             {"\xc3", "\\xc3"}}) {
        CHECK(escaped(row.text) == row.expected);
        CHECK(escaped(row.text).find('\n') == std::string::npos);
    }
}

TEST_CASE("The visible part of a name is what a reader sees of it") {
    CHECK(visible_part("ts\xe2\x80\x8bpkg\xf3\xa0\x81\x81\n") == "tspkg");
    CHECK(visible_part("\xc3\xa4 b") == "\xc3\xa4 b");
    CHECK(visible_part("a\xff\xed\xa0\x80") == "a\xff\xed\xa0\x80");
    CHECK(visible_part("").empty());
}

TEST_CASE("A text with a double quote in it stands in single ones") {
    CHECK(quoted("tspkg") == R"("tspkg")");
    CHECK(quoted(R"("")") == R"('""')");
    CHECK(quoted(std::vector<std::string>{R"("")", "tspkg", ""}) == R"('""' "tspkg" "")");
    CHECK(quoted(std::vector<std::string>{}).empty());
}

TEST_CASE("A shortened text is cut between two characters") {
    CHECK(shortened("abc"s, 3) == "abc");
    CHECK(shortened("abcd"s, 3) == "abc…");
    CHECK(shortened("\xf0\x9f\x94\x91\xf0\x9f\x94\x91"s, 7) == "\xf0\x9f\x94\x91…");
    CHECK(shortened("\x80\x80\x80\x80\x80\x80"s, 4).size() <= 4 + 3);
    CHECK(shortened("a"s, 0) == "…");
}

TEST_CASE("Of a list for a report the first ones are kept, and the others counted") {
    const std::vector<std::string> few = {"a", "", "c"};
    CHECK(shortened(few, 100) == few);
    CHECK(shortened(std::vector<std::string>(1000, "ab"), 12) ==
          std::vector<std::string>{"ab", "ab", "ab", "ab", "… and 996 more"});
    // Empty ones are not free, and one long one does not take it all.
    CHECK(shortened(std::vector<std::string>(1000), 8).size() == 9);
    CHECK(shortened(std::vector<std::string>{std::string(50, 'x'), "b"}, 40) ==
          std::vector<std::string>{"xxxxxxxxxx…", "b"});
}

TEST_CASE("Only ASCII letters lose their case in a comparison") {
    CHECK(equal_ignoring_ascii_case("Lsa"s, "lSA"s));
    CHECK(equal_ignoring_ascii_case(""s, ""s));
    CHECK(equal_ignoring_ascii_case("\xc3\xa4"s, "\xc3\xa4"s));
    CHECK_FALSE(equal_ignoring_ascii_case("\xc3\xa4"s, "\xc3\x84"s));
    CHECK_FALSE(equal_ignoring_ascii_case("ab"s, "abc"s));
    CHECK_FALSE(equal_ignoring_ascii_case("["s, "{"s));  // the characters beside the letters
    CHECK_FALSE(equal_ignoring_ascii_case("@"s, "`"s));
    CHECK(equal_ignoring_ascii_case(u"TsPkG"s, "tspkg"));
    CHECK_FALSE(equal_ignoring_ascii_case(u"t\u017fpkg"s, "tspkg"));
    CHECK_FALSE(equal_ignoring_ascii_case(u"tsp\u212ag"s, "tspkg"));
    CHECK_FALSE(equal_ignoring_ascii_case(u"\u0174"s, "t"));  // 0x74 in its lower byte
    CHECK_FALSE(equal_ignoring_ascii_case(u"tspk"s, "tspkg"));
}
