// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/carry_out.h"

#include <doctest/doctest.h>

#include "commit/disk_medium.h"
#include "memory_device.h"
#include "thrown.h"

using namespace nlafix;
using namespace nlafix::commit;
using namespace nlafix::test;

namespace {

Bytes filled(std::size_t sectors, int value) {
    return Bytes(sectors * 512, static_cast<std::byte>(value));
}

Write write_of(std::uint64_t offset, Bytes before, Bytes after) {
    return {primary_file, offset, std::move(after), std::move(before)};
}

/// Sector 2 is written twice, as the head of a hive is; sectors 4 to 6 between.
std::vector<Epoch> example() {
    return {
        {"", {write_of(1024, filled(1, 0), filled(1, 1))}},
        {"",
         {write_of(2048, filled(2, 0), filled(2, 2)), write_of(3072, filled(1, 0), filled(1, 3))}},
        {"", {write_of(1024, filled(1, 1), filled(1, 4))}}};
}

void carry_out(Medium& medium, const std::vector<Epoch>& epochs) {
    bool touched = false;
    commit::carry_out(medium, epochs, touched);
}

CommitState state_on(Medium& medium, const std::vector<Epoch>& epochs) {
    return progress_on(medium, epochs).state;
}

std::vector<Epoch> all_reversed() {
    return reversed(example(), 3);
}

}  // namespace

TEST_CASE("Epochs are carried out in order, each with a flush, and back again") {
    MemoryDevice disk(Bytes(8192));
    DiskMedium medium(disk);
    const Bytes original = disk.content;
    CHECK(state_on(medium, example()) == CommitState::before);
    carry_out(medium, example());
    CHECK(disk.flushes == 4);  // one before all of them
    CHECK(disk.content[1024] == std::byte{4});
    CHECK(state_on(medium, example()) == CommitState::after);
    carry_out(medium, all_reversed());
    CHECK(disk.flushes == 8);
    CHECK(equal(disk.content, original));
}

TEST_CASE("A commit that was cut is told from one that something else wrote into") {
    for (std::size_t sectors = 0; sectors < 4; ++sectors) {
        CAPTURE(sectors);
        MemoryDevice disk(Bytes(8192));
        DiskMedium medium(disk);
        disk.write(filled(1, 1), 1024);
        for (std::size_t i = 0; i < sectors; ++i) {
            disk.write(filled(1, i < 2 ? 2 : 3), 2048 + i * 512);
        }
        CHECK(state_on(medium, example()) == CommitState::between);
        disk.content[2048 + 5] = std::byte{9};
        CHECK(state_on(medium, example()) == CommitState::foreign);
    }
}

TEST_CASE("From every cut the way back leads to the beginning") {
    const std::vector<Epoch> epochs = example();
    for (std::size_t writes = 0; writes <= 4; ++writes) {
        MemoryDevice disk(Bytes(8192));
        DiskMedium medium(disk);
        const Bytes original = disk.content;
        disk.writes_until_failure = writes;
        const std::string word = word_thrown_by([&] { carry_out(medium, epochs); });
        CHECK(word == (writes < 4 ? "io-error" : "nothing"));
        disk.writes_until_failure = ~std::size_t{0};
        CHECK(progress_on(medium, epochs).begun == (writes == 0  ? 0
                                                    : writes < 3 ? writes
                                                                 : writes - 1));
        CHECK(take_back(medium, epochs));
        CHECK(equal(disk.content, original));
    }
}

TEST_CASE("A disk that forgets what was written stops the commit before the next epoch") {
    class Forgetful final : public disk::BlockDevice {
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
    DiskMedium medium(disk);
    CHECK(word_thrown_by([&] { carry_out(medium, example()); }) == "io-error");
    CHECK(disk.writes == 1);
}

TEST_CASE("An epoch that was never begun is not undone") {
    // Undone as well, the last one would put its own "before" over a sector that nobody touched.
    MemoryDevice disk(Bytes(8192));
    DiskMedium medium(disk);
    CHECK(progress_on(medium, example()).begun == 0);
    disk.writes_until_failure = 0;
    CHECK(take_back(medium, example()));  // without a single write
}

TEST_CASE("A sector that comes back to what it was does not hide how far the others are") {
    const std::vector<Epoch> epochs = {{"", {write_of(0, filled(1, 0), filled(1, 1))}},
                                       {"", {write_of(512, filled(1, 0), filled(1, 2))}},
                                       {"", {write_of(0, filled(1, 1), filled(1, 0))}},
                                       {"", {write_of(1024, filled(1, 0), filled(1, 3))}}};
    MemoryDevice disk(Bytes(8192));
    DiskMedium medium(disk);
    for (std::size_t begun = 0; begun <= 4; ++begun) {
        CAPTURE(begun);
        CHECK(progress_on(medium, epochs).begun == begun);
        if (begun < 4) carry_out(medium, {epochs[begun]});
    }
}

TEST_CASE("Sizes count as well: room that was taken, and is not filled yet") {
    std::vector<Epoch> epochs = {{"room", {{primary_file, 1024, filled(2, 7)}}}};
    const Bytes two = filled(2, 5);
    const Bytes grown = fill_in_before(epochs, {two}).front().bytes();
    CHECK(grown.size() == 2048);
    REQUIRE(epochs.front().resizes.size() == 1);
    CHECK(epochs.front().resizes.front().before_bytes == 1024);
    std::vector<Bytes> back = {grown};
    for (const Epoch& epoch : reversed(epochs, 1)) apply_epoch(epoch, back);
    CHECK(back.front() == filled(2, 5));
    // And a file that becomes shorter gets back what it lost.
    std::vector<Epoch> shorter = {{"end", {}, {{primary_file, 512}}}};
    std::vector<Bytes> files = {fill_in_before(shorter, {grown}).front().bytes()};
    CHECK(files.front() == filled(1, 5));
    for (const Epoch& epoch : reversed(shorter, 1)) apply_epoch(epoch, files);
    CHECK(files.front() == grown);
}
