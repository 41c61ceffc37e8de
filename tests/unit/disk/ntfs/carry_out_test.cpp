// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/ntfs/carry_out.h"

#include <doctest/doctest.h>

#include "memory_device.h"
#include "thrown.h"

using namespace nlafix;
using namespace nlafix::disk;
using namespace nlafix::test;

namespace {

Bytes filled(std::size_t sectors, int value) {
    return Bytes(sectors * 512, static_cast<std::byte>(value));
}

/// Sector 2 is written twice, as the head of a hive is; sectors 4 to 6 between.
std::vector<DiskEpoch> example() {
    return {{{{1024, filled(1, 0), filled(1, 1)}}},
            {{{2048, filled(2, 0), filled(2, 2)}, {3072, filled(1, 0), filled(1, 3)}}},
            {{{1024, filled(1, 1), filled(1, 4)}}}};
}

}  // namespace

TEST_CASE("Epochs are carried out in order, each with a flush, and back again") {
    MemoryDevice disk(Bytes(8192));
    const Bytes original = disk.content;
    CHECK(state_on(disk, example()) == CommitState::before);
    carry_out(disk, example());
    CHECK(disk.flushes == 3);
    CHECK(disk.content[1024] == std::byte{4});
    CHECK(state_on(disk, example()) == CommitState::after);
    carry_out(disk, reversed(example()));
    CHECK(disk.flushes == 6);
    CHECK(equal(disk.content, original));
}

TEST_CASE("A commit that was cut is told from one that something else wrote into") {
    for (std::size_t sectors = 0; sectors < 4; ++sectors) {
        CAPTURE(sectors);
        MemoryDevice disk(Bytes(8192));
        disk.write(filled(1, 1), 1024);
        for (std::size_t i = 0; i < sectors; ++i) {
            disk.write(filled(1, i < 2 ? 2 : 3), 2048 + i * 512);
        }
        CHECK(state_on(disk, example()) == CommitState::between);
        disk.content[2048 + 5] = std::byte{9};
        CHECK(state_on(disk, example()) == CommitState::foreign);
    }
}

TEST_CASE("From every cut the way back leads to the beginning") {
    const std::vector<DiskEpoch> epochs = example();
    for (std::size_t writes = 0; writes <= 4; ++writes) {
        MemoryDevice disk(Bytes(8192));
        const Bytes original = disk.content;
        disk.writes_until_failure = writes;
        const std::string word = word_thrown_by([&] { carry_out(disk, epochs); });
        CHECK(word == (writes < 4 ? "unconfirmed-write" : "nothing"));
        disk.writes_until_failure = ~std::size_t{0};
        carry_out(disk, reversed(epochs));
        CHECK(equal(disk.content, original));
    }
}

TEST_CASE("A disk that forgets what was written stops the commit before the next epoch") {
    class Forgetful final : public BlockDevice {
    public:
        std::uint64_t size_bytes() const override { return 8192; }
        std::uint32_t alignment_bytes() const override { return 512; }
        bool is_writable() const override { return true; }
        void read(MutableByteView into, std::uint64_t /*offset*/) override {
            std::fill(into.begin(), into.end(), std::byte{0});
        }
        void write(ByteView /*from*/, std::uint64_t /*offset*/) override { ++writes; }
        void flush() override {}
        std::size_t writes = 0;
    };
    Forgetful disk;
    CHECK(word_thrown_by([&] { carry_out(disk, example()); }) == "unconfirmed-write");
    CHECK(disk.writes == 1);
}
