// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/hex.h"

#include <doctest/doctest.h>

using namespace nlafix;

TEST_CASE("bytes are two small digits each, and come back") {
    const Bytes bytes = {std::byte{0x00}, std::byte{0x0f}, std::byte{0xa0}, std::byte{0xff}};
    CHECK(commit::hex_of(bytes) == "000fa0ff");
    CHECK(commit::bytes_of_hex("000fa0ff") == bytes);
    CHECK(commit::bytes_of_hex("") == Bytes{});
}

TEST_CASE("what is no such text has no bytes") {
    for (const char* text : {"0", "0g", "0A", "00 0", "0x00"}) {
        CAPTURE(text);
        CHECK_FALSE(commit::bytes_of_hex(text).has_value());
    }
}
