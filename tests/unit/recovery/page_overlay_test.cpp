// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/page_overlay.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "counting_source.h"

using namespace nlafix;

TEST_CASE("What was laid over last counts, as if it had been written into a copy") {
    std::mt19937 random(5);
    for (int round = 0; round < 200; ++round) {
        Bytes below(1000);
        for (std::byte& b : below) b = static_cast<std::byte>(random());
        Bytes expected = below;
        std::vector<Bytes> pieces(1 + random() % 12);
        recovery::PageOverlay over;
        for (Bytes& piece : pieces) {
            const std::size_t at = random() % 1500;
            piece.assign(random() % 300, static_cast<std::byte>(random()));
            over.lay(at, piece);
            if (!piece.empty()) expected.resize(std::max(expected.size(), at + piece.size()));
            std::copy(piece.begin(), piece.end(),
                      expected.begin() + static_cast<std::ptrdiff_t>(piece.empty() ? 0 : at));
        }
        REQUIRE(over.size_over(below.size()) == expected.size());
        test::CountingSource source(below);
        const std::size_t begin = random() % expected.size();
        Bytes part(random() % (expected.size() - begin + 1), std::byte{0xee});
        over.read(source, part, begin);
        CHECK(equal(part, ByteView(expected).subspan(begin, part.size())));
        CHECK(over.changes_nothing(source) == (expected == below));
    }
}

TEST_CASE("What is laid over is not read from below") {
    const Bytes below(4096 * 10), page(4096, std::byte{1});
    recovery::PageOverlay over;
    over.lay(8192, page);
    test::CountingSource source(below);
    Bytes part(4096);
    over.read(source, part, 8192);
    CHECK(source.reads == 0);
    over.read(source, part, 8192 - 100);
    CHECK(source.bytes_read == 100);
}

TEST_CASE("A file that grew is zeros where nothing lies over it") {
    const Bytes below(100, std::byte{9});
    recovery::PageOverlay over;
    over.grow_to(200);
    MemorySource source(below);
    Bytes all(200, std::byte{1});
    over.read(source, all, 0);
    CHECK(std::count(all.begin(), all.end(), std::byte{9}) == 100);
    CHECK(std::count(all.begin(), all.end(), std::byte{0}) == 100);
    CHECK_FALSE(over.changes_nothing(source));
}
