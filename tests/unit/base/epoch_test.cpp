// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/epoch.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace nlafix;

namespace {

constexpr std::size_t page_bytes = 4096;

/// The pieces of `file`, one behind the other.
Bytes joined(const PatchedFile& file) {
    Bytes bytes;
    for (ByteView piece = file.piece(0); !piece.empty(); piece = file.piece(bytes.size())) {
        bytes.insert(bytes.end(), piece.begin(), piece.end());
    }
    return bytes;
}

}  // namespace

TEST_CASE("A patched file is what the same writes make of a copy") {
    std::mt19937 random(1);
    const auto below = [&random](std::size_t limit) { return random() % limit; };
    for (int round = 0; round < 300; ++round) {
        CAPTURE(round);
        Bytes copy(below(5 * page_bytes), std::byte{1});
        const Bytes original = copy;
        PatchedFile file(original);
        for (int step = 0; step < 12; ++step) {
            if (below(3) == 0) {
                const std::size_t size = below(6 * page_bytes);
                file.resize(size);
                copy.resize(size);
            } else {
                const Bytes bytes(below(2 * page_bytes), static_cast<std::byte>(2 + step));
                const std::size_t at = below(6 * page_bytes);
                file.write(at, bytes);
                if (bytes.empty()) continue;
                copy.resize(std::max(copy.size(), at + bytes.size()));
                std::copy(bytes.begin(), bytes.end(),
                          copy.begin() + static_cast<std::ptrdiff_t>(at));
            }
            REQUIRE(file.size_bytes() == copy.size());
            REQUIRE(file.bytes() == copy);
            REQUIRE(joined(file) == copy);
        }
    }
}

TEST_CASE("What lies behind the end of a patched file reads as zeros") {
    const Bytes original(page_bytes, std::byte{1});
    PatchedFile file(original);
    file.resize(100);
    CHECK(file.range(90, 20) == [] {
        Bytes expected(20);
        std::fill_n(expected.begin(), 10, std::byte{1});
        return expected;
    }());
    CHECK(file.range(5000, 3) == Bytes(3));
}
