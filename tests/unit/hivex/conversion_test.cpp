// SPDX-License-Identifier: GPL-2.0-or-later
// The conversions of the static file, compared with iconv of the system that the tests run on.
#include "hivex/conversion.h"

#include <doctest/doctest.h>
#include <iconv.h>

#include <array>
#include <cerrno>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace {

using namespace nlafix;
using hivex::Encoding;

struct Pair {
    const char* from;
    const char* to;
};

// Those that hivex opens.
constexpr std::array<Pair, 4> pairs = {
    {{"UTF-8", "UTF-16LE"}, {"UTF-16LE", "UTF-8"}, {"LATIN1", "UTF-8"}, {"UTF-8", "LATIN1"}}};

constexpr std::size_t most_output_bytes = 64;

struct Outcome {
    hivex::Converted converted;
    Bytes output;
};

Outcome by_system(iconv_t handle, Bytes input, std::size_t room) {
    Outcome outcome;
    outcome.output.assign(room + 1, std::byte{0});  // glibc wants an address also for no room
    input.push_back(std::byte{0});
    char* in = reinterpret_cast<char*>(input.data());
    char* out = reinterpret_cast<char*>(outcome.output.data());
    const std::size_t size = input.size() - 1;
    std::size_t in_left = size;
    std::size_t out_left = room;
    static_cast<void>(iconv(handle, nullptr, nullptr, nullptr, nullptr));
    errno = 0;
    if (iconv(handle, &in, &in_left, &out, &out_left) == static_cast<std::size_t>(-1)) {
        outcome.converted.error = errno;
    }
    outcome.converted.read_bytes = size - in_left;
    outcome.converted.written_bytes = room - out_left;
    outcome.output.resize(outcome.converted.written_bytes);
    return outcome;
}

Outcome by_us(const Pair& pair, const Bytes& input, std::size_t room) {
    Outcome outcome;
    outcome.output.assign(room, std::byte{0});
    outcome.converted = hivex::convert(*hivex::encoding_of(pair.from), input,
                                       *hivex::encoding_of(pair.to), outcome.output);
    outcome.output.resize(outcome.converted.written_bytes);
    return outcome;
}

class Comparison {
public:
    explicit Comparison(const Pair& pair) : pair_(pair), handle_(iconv_open(pair.to, pair.from)) {
        REQUIRE(handle_ != reinterpret_cast<iconv_t>(-1));
    }
    ~Comparison() { iconv_close(handle_); }
    Comparison(const Comparison&) = delete;
    Comparison& operator=(const Comparison&) = delete;

    /// With every room for the output that could matter.
    void compare_in_all_rooms(const Bytes& input) {
        compare(input, most_output_bytes);
        for (std::size_t room = 0; room < 5; ++room) compare(input, room);
    }

    void compare(const Bytes& input, std::size_t room) {
        const Outcome wanted = by_system(handle_, input, room);
        const Outcome found = by_us(pair_, input, room);
        ++compared_;
        const bool same = wanted.converted.error == found.converted.error &&
                          wanted.converted.read_bytes == found.converted.read_bytes &&
                          wanted.output == found.output;
        if (same) return;
        INFO(pair_.from, " to ", pair_.to, ", room ", room, ", input ", to_hex(input, 32));
        CHECK(found.converted.error == wanted.converted.error);
        CHECK(found.converted.read_bytes == wanted.converted.read_bytes);
        CHECK(to_hex(found.output, 64) == to_hex(wanted.output, 64));
    }

    std::size_t compared() const { return compared_; }

private:
    Pair pair_;
    iconv_t handle_;
    std::size_t compared_ = 0;
};

/// Every sequence of `length` bytes out of `alphabet`.
void for_each_sequence(const std::vector<int>& alphabet, std::size_t length,
                       const std::function<void(const Bytes&)>& visit) {
    std::vector<std::size_t> digits(length, 0);
    Bytes bytes(length);
    for (;;) {
        for (std::size_t i = 0; i < length; ++i) {
            bytes[i] = static_cast<std::byte>(alphabet[digits[i]]);
        }
        visit(bytes);
        std::size_t i = 0;
        while (i < length && ++digits[i] == alphabet.size()) digits[i++] = 0;
        if (i == length) return;
    }
}

// The edges of UTF-8 (continuations, overlong forms, surrogates, tags, the last plane) and of the
// surrogates in UTF-16.
const std::vector<int> edges = {0x00, 0x01, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF,
                                0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xD8, 0xDB, 0xDC, 0xDF, 0xE0,
                                0xED, 0xEF, 0xF0, 0xF3, 0xF4, 0xF5, 0xF8, 0xFC, 0xFE, 0xFF};

TEST_CASE("All texts of up to two bytes are converted as the system does") {
    std::vector<int> all(256);
    for (int i = 0; i < 256; ++i) all[static_cast<std::size_t>(i)] = i;
    for (const Pair& pair : pairs) {
        Comparison comparison(pair);
        comparison.compare_in_all_rooms({});
        for (const std::size_t length : {1U, 2U}) {
            for_each_sequence(all, length,
                              [&](const Bytes& input) { comparison.compare_in_all_rooms(input); });
        }
        CHECK(comparison.compared() == 6 * (1 + 256 + 65536));
    }
}

TEST_CASE("Texts of three and four bytes at the edges are converted as the system does") {
    for (const Pair& pair : pairs) {
        Comparison comparison(pair);
        for_each_sequence(edges, 3,
                          [&](const Bytes& input) { comparison.compare_in_all_rooms(input); });
        std::size_t number = 0;
        for_each_sequence(edges, 4, [&](const Bytes& input) {
            // A prime to the alphabet's size: every byte comes at every place.
            if (number++ % 7 == 0) comparison.compare(input, most_output_bytes);
        });
    }
}

TEST_CASE("Every character is converted as the system does") {
    for (const Pair& pair : pairs) {
        Comparison comparison(pair);
        const auto from = *hivex::encoding_of(pair.from);
        // Also what lies beyond Unicode: 0x110000 and up, in the four bytes of UTF-8.
        for (std::uint32_t c = 0x80; from == Encoding::utf8 && c < 0x200000; ++c) {
            // One plane is like another, but for the tags and the ends.
            const bool special = (c >> 8) == 0xE00 || (c & 0xFFFF) >= 0xFFFE || (c & 0xFFFF) < 2;
            if (c >= 0x20000 && !special && c % 61 != 0) continue;
            Bytes input;
            const auto add = [&](std::uint32_t b) { input.push_back(static_cast<std::byte>(b)); };
            if (c < 0x800) {
                add(0xC0 | (c >> 6));
            } else if (c < 0x10000) {
                add(0xE0 | (c >> 12));
                add(0x80 | ((c >> 6) & 0x3F));
            } else {
                add(0xF0 | (c >> 18));
                add(0x80 | ((c >> 12) & 0x3F));
                add(0x80 | ((c >> 6) & 0x3F));
            }
            add(0x80 | (c & 0x3F));
            comparison.compare(input, most_output_bytes);
        }
    }
}

TEST_CASE("Random texts with errors in them are converted as the system does") {
    std::mt19937 random(20261125);
    const auto below = [&random](std::size_t limit) { return random() % limit; };
    for (const Pair& pair : pairs) {
        Comparison comparison(pair);
        for (int round = 0; round < 20000; ++round) {
            Bytes input(below(24));
            for (std::byte& b : input) {
                b = below(3) == 0 ? static_cast<std::byte>(random())
                                  : static_cast<std::byte>(edges[below(edges.size())]);
            }
            comparison.compare(input, below(most_output_bytes));
        }
    }
}

TEST_CASE("Other encodings are not known") {
    CHECK_FALSE(hivex::encoding_of("UTF-16"));
    CHECK_FALSE(hivex::encoding_of("utf-8"));
    CHECK_FALSE(hivex::encoding_of(""));
}

}  // namespace
