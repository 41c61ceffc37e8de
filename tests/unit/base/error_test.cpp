// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/error.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <set>
#include <string>

#include "thrown.h"

using namespace nlafix;

TEST_CASE("Every code has a word of its own, which no other has") {
    // The enumerators have no gaps: count up to the last one.
    const int last = static_cast<int>(ErrorCode::interrupted);
    std::set<std::string> words;
    for (int code = 0; code <= last; ++code) {
        const std::string word(word_of(static_cast<ErrorCode>(code)));
        CAPTURE(word);
        CHECK(word != "unknown");
        CHECK(word.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string::npos);
        words.insert(word);
    }
    CHECK(words.size() == static_cast<std::size_t>(last) + 1);
    CHECK(word_of(static_cast<ErrorCode>(last + 1)) == "unknown");
}

TEST_CASE("A message has path, offset and the system's reason on one line") {
    const Error bare(ErrorCode::io_error, "cannot read");
    CHECK(bare.message() == "cannot read");
    const Error full = Error(ErrorCode::io_error, "cannot read")
                           .path("/mnt/SYSTEM")
                           .offset(0x1af8)
                           .system_error(ENOSPC)
                           .hint("make room");
    CHECK(full.message() == "/mnt/SYSTEM: cannot read (at byte 0x1af8): No space left on device");
    CHECK(full.bare_message() == "cannot read");
    CHECK(full.hint() == "make room");
    CHECK(full.system_error() == ENOSPC);
    CHECK(full.code() == ErrorCode::io_error);
}

TEST_CASE("What was said closer to the cause is not replaced") {
    Error error(ErrorCode::io_error, "x");
    error.default_hint("first");
    error.default_hint("second");
    error.default_path("/a");
    error.default_path("/b");
    CHECK(error.hint() == "first");
    CHECK(error.message() == "/a: x");
}

TEST_CASE("Of very many choices the first are named, and how many there are") {
    const auto with = [](std::size_t count) {
        return Error(ErrorCode::several_windows, "holds more than one Windows")
            .choices(std::vector<WindowsChoice>(count));
    };
    CHECK(Error(with(16)).choices().size() == 16);
    CHECK(Error(with(100000)).choices().size() == 16);
    CHECK(Error(with(16)).message_without_choices() == "holds more than one Windows");
    CHECK(Error(with(100000)).message_without_choices() ==
          "holds more than one Windows; of 100000, these are the first");
}
