// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/marvin32.h"

#include <doctest/doctest.h>

#include <string_view>

#include "dirty_hive.h"

using namespace nlafix;

TEST_CASE("Data of every length have the hash that the tests compute in their own way") {
    Bytes data;
    // Lengths that fill a word, that do not, and that take more than a block of the log.
    for (std::size_t length = 0; length <= 600; ++length) {
        CAPTURE(length);
        CHECK(recovery::marvin32(data) == fixture::log_hash(data));
        data.push_back(static_cast<std::byte>(length * 7 + 3));
    }
}

TEST_CASE("A zero at the end of the data counts") {
    const Bytes one(1), two(2);
    CHECK(recovery::marvin32(one) != recovery::marvin32(two));
    CHECK(recovery::marvin32({}) != recovery::marvin32(one));
}

TEST_CASE("Each byte of the data counts") {
    Bytes data(39, std::byte{0x11});
    const std::uint64_t hash = recovery::marvin32(data);
    for (std::byte& byte : data) {
        byte ^= std::byte{1};
        CHECK(recovery::marvin32(data) != hash);
        byte ^= std::byte{1};
    }
}
