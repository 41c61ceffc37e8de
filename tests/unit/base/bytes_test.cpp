// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/bytes.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "hive_builder.h"
#include "thrown.h"

using namespace nlafix;
using fixture::bytes;
using test::word_thrown_by;

namespace {

constexpr std::size_t most = std::numeric_limits<std::size_t>::max();

}  // namespace

TEST_CASE("Numbers are little-endian, at any offset") {
    const Bytes data = bytes({0xff, 0x01, 0x02, 0x03, 0x04, 0x85, 0x06, 0x07, 0x88, 0xee});
    CHECK(u16_at(data, 1) == 0x0201);
    CHECK(u16_at(data, 7) == 0x8807);
    CHECK(u32_at(data, 1) == 0x04030201);
    CHECK(u32_at(data, 2) == 0x85040302);
    CHECK(u64_at(data, 1) == 0x8807068504030201);
}

TEST_CASE("A number that is not all there is an Error, also where the sum would overflow") {
    const Bytes data(10, std::byte{0xff});
    CHECK(u16_at(data, 8) == 0xffff);
    CHECK(u32_at(data, 6) == 0xffffffff);
    CHECK(u64_at(data, 2) == 0xffffffffffffffff);
    for (const std::size_t at :
         {std::size_t{9}, std::size_t{10}, std::size_t{11}, most - 1, most}) {
        CAPTURE(at);
        CHECK(word_thrown_by([&] { u16_at(data, at); }) == "malformed-hive");
        CHECK(word_thrown_by([&] { u32_at(data, at); }) == "malformed-hive");
        CHECK(word_thrown_by([&] { u64_at(data, at); }) == "malformed-hive");
    }
    CHECK(word_thrown_by([&] { u32_at(data, 7); }) == "malformed-hive");
    CHECK(word_thrown_by([&] { u64_at(data, 3); }) == "malformed-hive");
    CHECK(word_thrown_by([&] { u16_at({}, 0); }) == "malformed-hive");
}

TEST_CASE("Numbers are written where they are read, and never beyond the end") {
    Bytes data(10);
    put_u32(data, 1, 0x84030201);
    CHECK(data == bytes({0, 1, 2, 3, 0x84, 0, 0, 0, 0, 0}));
    put_u64(data, 2, 0x8807060504030201);
    CHECK(data == bytes({0, 1, 1, 2, 3, 4, 5, 6, 7, 0x88}));
    put_little_endian<std::uint16_t>(data, 8, 0x1234);
    CHECK(u16_at(data, 8) == 0x1234);
    const Bytes before = data;
    CHECK(word_thrown_by([&] { put_u32(data, 7, 1); }) == "malformed-hive");
    CHECK(word_thrown_by([&] { put_u64(data, 3, 1); }) == "malformed-hive");
    CHECK(word_thrown_by([&] { put_u32(data, most, 1); }) == "malformed-hive");
    CHECK(data == before);
}

TEST_CASE("A range is inside only if all of it is") {
    CHECK(range_is_inside(0, 0, 0));
    CHECK(range_is_inside(0, 10, 10));
    CHECK(range_is_inside(10, 0, 10));
    CHECK(range_is_inside(3, 7, 10));
    CHECK_FALSE(range_is_inside(3, 8, 10));
    CHECK_FALSE(range_is_inside(11, 0, 10));
    const std::uint64_t all = std::numeric_limits<std::uint64_t>::max();
    CHECK_FALSE(range_is_inside(1, all, 10));
    CHECK_FALSE(range_is_inside(all, 1, 10));
    CHECK_FALSE(range_is_inside(all, all, 10));
    CHECK_FALSE(range_is_inside(all, 2, all));
    CHECK(range_is_inside(all, 0, all));
}

TEST_CASE("A slice is part of what it is cut from, or an Error") {
    const Bytes data = bytes({1, 2, 3, 4});
    CHECK(equal(slice(data, 1, 2), bytes({2, 3})));
    CHECK(slice(data, 1, 2).data() == data.data() + 1);
    CHECK(slice(data, 4, 0).empty());
    CHECK(word_thrown_by([&] { slice(data, 4, 1); }) == "malformed-hive");
    CHECK(word_thrown_by([&] { slice(data, 1, most); }) == "malformed-hive");
    CHECK(word_thrown_by([&] { slice(data, most, 2); }) == "malformed-hive");
    const std::string message = test::message_thrown_by([&] { slice(data, 3, 9); });
    CHECK(test::contains(message, "9 bytes at 3"));
    CHECK(test::contains(message, "has 4"));
}

TEST_CASE("Bytes are equal by length and content") {
    CHECK(equal({}, {}));
    CHECK(equal(bytes({1, 2}), bytes({1, 2})));
    CHECK_FALSE(equal(bytes({1, 2}), bytes({1, 3})));
    CHECK_FALSE(equal(bytes({1, 2}), bytes({1})));
    CHECK_FALSE(equal({}, bytes({0})));
}

TEST_CASE("Bytes are shown in hexadecimal, up to a limit") {
    CHECK(to_hex({}, 4) == "");
    CHECK(to_hex(bytes({0x0a, 0xff}), 4) == "0a ff");
    CHECK(to_hex(bytes({1, 2, 3, 4}), 4) == "01 02 03 04");
    CHECK(to_hex(bytes({1, 2, 3, 4, 5}), 4) == "01 02 03 04 …");
}
