// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/old_format.h"

#include <doctest/doctest.h>

#include "thrown.h"
#include "unit/recovery/states.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using test::contains;

namespace {

// Bytes that differ from page to page, so that a page in the wrong place shows.
Bytes numbered(std::size_t bins_size_bytes) {
    Bytes hive(4096 + bins_size_bytes);
    for (std::size_t at = 0; at < hive.size(); at += 4) {
        f::put_u32(hive, at, static_cast<std::uint32_t>(at));
    }
    f::put_u32(hive, f::base_block::bins_size, static_cast<std::uint32_t>(bins_size_bytes));
    return hive;
}

Bytes applied(const Bytes& log, std::uint32_t bins_size_bytes) {
    const auto read = recovery::read_old_format(log, bins_size_bytes);
    REQUIRE(read.error.empty());
    const Bytes image(4096 + bins_size_bytes);
    recovery::PageOverlay over;
    recovery::lay_ranges(read, over);
    MemorySource below(image);
    Bytes after(image.size());
    over.read(below, after, 0);
    return after;
}

}  // namespace

TEST_CASE("A bit of the dirty vector is 512 bytes, the lowest bit of a byte first") {
    const Bytes state = numbered(8192);
    const Bytes log = f::make_old_log(state, 5, {{512, 512}, {7 * 512, 1024}, {15 * 512, 512}});
    CHECK(log[516] == std::byte{0x82});
    CHECK(log[517] == std::byte{0x81});
    const Bytes image = applied(log, 8192);
    for (std::size_t page = 0; page < 16; ++page) {
        CAPTURE(page);
        const bool dirty = page == 1 || page == 7 || page == 8 || page == 15;
        const std::size_t at = 4096 + 512 * page;
        CHECK(f::get_u32(image, at) == (dirty ? at : 0));
        CHECK(f::get_u32(image, at + 508) == (dirty ? at + 508 : 0));
    }
    CHECK(recovery::read_old_format(log, 8192).page_count == 4);
}

TEST_CASE("The pages begin at the next sector behind the vector, whatever its length") {
    // The vector has 508 bytes of room in its first sector: 4064 pages of 512 bytes, 508 of 4096.
    // One hive below, one exactly there, one above, and one whose vector takes three sectors.
    for (const std::uint32_t pages : {507U, 508U, 509U, 1021U}) {
        CAPTURE(pages);
        const std::uint32_t size = pages * 4096;
        const Bytes state = numbered(size);
        const Bytes log = f::make_old_log(state, 5, {{0, 512}, {size - 512, 512}});
        const Bytes image = applied(log, size);
        CHECK(f::get_u32(image, 4096) == 4096);
        CHECK(f::get_u32(image, 4096 + size - 512) == 4096 + size - 512);
    }
}

TEST_CASE("A vector that claims pages that are not in the file is refused") {
    const Bytes log = f::make_old_log(numbered(8192), 5, {{0, 1024}, {4096, 512}});
    for (std::size_t size = 520; size < log.size(); ++size) {
        const auto read = recovery::read_old_format(ByteView(log).first(size), 8192);
        if (!contains(read.error, "claims pages that are not in the file")) FAIL("cut at " << size);
    }
    CHECK(recovery::read_old_format(log, 8192).error.empty());
}

TEST_CASE("A log without a whole dirty vector is refused") {
    Bytes log = f::make_old_log(numbered(8192), 5, {{0, 512}});
    for (const std::size_t size : {0U, 511U, 512U, 515U, 516U, 517U}) {
        CAPTURE(size);
        CHECK(contains(recovery::read_old_format(ByteView(log).first(size), 8192).error, "vector"));
    }
    f::put_text(log, 512, "DIRU");
    CHECK(contains(recovery::read_old_format(log, 8192).error, "vector"));
}

TEST_CASE("Remnants behind the last page are left alone") {
    const Bytes state = numbered(8192);
    Bytes log = f::make_old_log(state, 5, {{512, 512}});
    const Bytes image = applied(log, 8192);
    log.resize(log.size() + 700, std::byte{0x5a});
    CHECK(applied(log, 8192) == image);
}

TEST_CASE("A vector without a bit changes nothing") {
    const Bytes log = f::make_old_log(numbered(8192), 5, {});
    CHECK(recovery::read_old_format(log, 8192).page_count == 0);
    CHECK(applied(log, 8192) == Bytes(4096 + 8192));
}
