// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/overlay_device.h"

#include <doctest/doctest.h>

#include <random>

#include "memory_device.h"
#include "thrown.h"
#include "tracing_device.h"

using namespace nlafix;

namespace {

Bytes noise(std::size_t size, std::uint32_t seed) {
    std::mt19937 random(seed);
    Bytes bytes(size);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
    return bytes;
}

}  // namespace

TEST_CASE("Writes of any size and place are read back from an overlay, and nothing goes below") {
    test::MemoryDevice base(noise(100 * 512, 1));  // ends in the middle of a block
    const Bytes original = base.content;
    test::TracingDevice traced(base);
    disk::OverlayDevice overlay(traced);
    Bytes expected = original;
    std::mt19937 random(2);
    for (int i = 0; i < 500; ++i) {
        const std::size_t offset = random() % expected.size();
        const std::size_t length =
            1 + random() % std::min<std::size_t>(9000, expected.size() - offset);
        const Bytes piece = noise(length, static_cast<std::uint32_t>(i));
        overlay.write(piece, offset);
        std::copy(piece.begin(), piece.end(),
                  expected.begin() + static_cast<std::ptrdiff_t>(offset));
        const std::size_t from = random() % expected.size();
        const std::size_t many = random() % (expected.size() - from + 1);
        CHECK(equal(disk::read_bytes(overlay, from, many), ByteView(expected).subspan(from, many)));
    }
    overlay.flush();
    CHECK(equal(base.content, original));
    CHECK(traced.epochs.size() == 1);
    CHECK(traced.epochs[0].empty());
    overlay.discard();
    CHECK(equal(disk::read_bytes(overlay, 0, original.size()), original));
}

TEST_CASE("The changes of an overlay, laid over the disk below, are what the overlay shows") {
    for (const std::uint32_t alignment : {512U, 4096U}) {
        CAPTURE(alignment);
        test::MemoryDevice base(noise(std::size_t{4} << 20, 3), alignment);
        disk::OverlayDevice overlay(base);
        overlay.write(noise(10, 4), 1000);
        overlay.write(noise(std::size_t{5} << 19, 5), 8192);
        overlay.write(disk::read_bytes(base, 20480, 4096), 20480);  // as it was
        const auto changes = overlay.changes();
        const Bytes shown = disk::read_bytes(overlay, 0, base.content.size());
        std::uint64_t end = 0;
        for (const Write& write : changes) {
            CHECK(write.offset >= end);
            CHECK(write.offset % alignment == 0);
            CHECK(write.after.size() % alignment == 0);
            CHECK(write.after.size() <= std::size_t{1} << 20);
            CHECK(equal(write.before, disk::read_bytes(base, write.offset, write.before.size())));
            end = write.offset + write.after.size();
        }
        for (const Write& write : changes) base.write(write.after, write.offset);
        CHECK(equal(base.content, shown));
        CHECK(overlay.changes().empty());
    }
}

TEST_CASE("Neighbouring changes are one write, and the same bytes are none") {
    test::MemoryDevice base(Bytes(65536));
    disk::OverlayDevice overlay(base);
    const Bytes one(1, std::byte{1});
    overlay.write(one, 4095);
    overlay.write(one, 4096);
    overlay.write(one, 9000);
    overlay.write(Bytes(4096), 32768);
    const auto changes = overlay.changes();
    REQUIRE(changes.size() == 2);
    CHECK(changes[0].offset == 3584);
    CHECK(changes[0].after.size() == 1024);
    CHECK(changes[1].offset == 8704);
    CHECK(changes[1].after.size() == 512);
    CHECK(overlay.drop_unchanged() == 3);
    CHECK(overlay.changes().size() == 2);
}

TEST_CASE("An overlay takes no more memory than it may") {
    test::MemoryDevice base(Bytes(std::size_t{1} << 20));
    disk::OverlayDevice overlay(base, 10 * 4096);
    overlay.write(Bytes(10 * 4096, std::byte{1}), 0);
    overlay.write(Bytes(10, std::byte{2}), 5000);
    const auto error = test::error_of([&] { overlay.write(Bytes(1), 10 * 4096); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::io_error);
    CHECK(test::contains(error->message(), "MiB of memory"));
    CHECK(!error->hint().empty());
}

TEST_CASE("A range that leaves the disk is an error, whatever its numbers") {
    test::MemoryDevice base(Bytes(8192));
    disk::OverlayDevice overlay(base);
    for (const std::uint64_t offset :
         {std::uint64_t{8192}, std::uint64_t{8191}, ~std::uint64_t{0}}) {
        CAPTURE(offset);
        CHECK(test::word_thrown_by([&] { disk::read_bytes(overlay, offset, 2); }) == "io-error");
        CHECK(test::word_thrown_by([&] { overlay.write(Bytes(2), offset); }) == "io-error");
    }
    CHECK(disk::read_bytes(overlay, 8192, 0).empty());
    CHECK(test::word_thrown_by([&] { disk::read_bytes(overlay, 0, ~std::size_t{0}); }) ==
          "io-error");
}

TEST_CASE("A write that is not aligned, or to a disk that is only read, never reaches it") {
    test::MemoryDevice device(Bytes(8192, std::byte{7}), 4096);
    CHECK(test::word_thrown_by([&] { device.write(Bytes(512), 0); }) == "io-error");
    CHECK(test::word_thrown_by([&] { device.write(Bytes(4096), 512); }) == "io-error");
    device.writable = false;
    CHECK(test::word_thrown_by([&] { device.write(Bytes(4096), 0); }) == "read-only");
    CHECK(equal(device.content, Bytes(8192, std::byte{7})));
}
