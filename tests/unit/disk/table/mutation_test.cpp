// SPDX-License-Identifier: GPL-2.0-or-later
// Spoilt partition tables and heads of images: every one ends in an answer or an Error.
#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>

#include "disk/image/image_format.h"
#include "disk/table/partition_table.h"
#include "disk/table/volume_kind.h"
#include "disk_builder.h"
#include "image_bytes.h"
#include "memory_device.h"
#include "thrown.h"

using namespace nlafix;
using test::DiskBuilder;

namespace {

constexpr std::size_t disk_bytes = std::size_t{256} << 10;

DiskBuilder with_logical_partitions() {
    DiskBuilder disk(disk_bytes);
    disk.put_mbr_entry(0, 0, 0x07, 8, 40, 0x80);
    disk.put_mbr_entry(0, 1, 0x0f, 64, 400);
    disk.put_mbr_entry(64, 0, 0x07, 8, 40);
    disk.put_mbr_entry(64, 1, 0x05, 100, 100);
    disk.put_mbr_entry(164, 0, 0x07, 8, 40);
    disk.put_ntfs(8);
    disk.put_ntfs(72);
    return disk;
}

DiskBuilder with_gpt(std::uint32_t sector_bytes) {
    DiskBuilder disk(disk_bytes, sector_bytes);
    test::put_gpt(disk, {{1, 40, 41, u"a"}, {5, 42, 49, u"b"}});
    disk.put_ntfs(42);
    return disk;
}

/// Interesting numbers and random ones, over a few places among the first bytes of a few sectors.
void mutate(Bytes& bytes, const std::vector<std::size_t>& sectors, std::mt19937& random) {
    constexpr std::uint32_t numbers[] = {0,          1,          2,          0x7f,      0xff,
                                         0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
    for (auto i = 1 + random() % 6; i > 0; --i) {
        const std::size_t at = sectors[random() % sectors.size()] + random() % 512;
        const std::uint32_t value = random() % 2 == 0 ? numbers[random() % std::size(numbers)]
                                                      : static_cast<std::uint32_t>(random());
        const std::size_t width = std::size_t{1} << (random() % 3);
        for (std::size_t k = 0; k < width && at + k < bytes.size(); ++k) {
            bytes[at + k] = static_cast<std::byte>(value >> (8 * k));
        }
    }
}

/// Reads the table and the kind of each volume. "MBR", "GPT", .. or the word of the error.
std::string outcome_of(const Bytes& bytes) {
    test::MemoryDevice device(bytes);
    std::string outcome;
    const std::string word = test::word_thrown_by([&] {
        const auto table = disk::read_partition_table(device);
        outcome = name_of(table.kind);
        for (const disk::Partition& part : table.partitions) {
            REQUIRE(range_is_inside(part.range.offset, part.range.size_bytes, device.size_bytes()));
            static_cast<void>(disk::volume_kind_at(device, part.range));
        }
        CHECK(table.partitions.size() <= 8192);
        CHECK(table.warnings.size() <= 25);
    });
    // No more than the tables at both ends, and a sector of each partition.
    CHECK(device.read_bytes < std::size_t{16} << 20);
    return word == "nothing" ? outcome : word;
}

}  // namespace

TEST_CASE("Two thousand spoilt partition tables are read or refused") {
    std::mt19937 random(20261125);
    std::map<std::string, int> outcomes;
    const DiskBuilder mbr = with_logical_partitions(), gpt = with_gpt(512), gpt_4k = with_gpt(4096);
    for (int i = 0; i < 1000; ++i) {
        Bytes bytes = mbr.bytes;
        mutate(bytes, {0, 64 * 512, 164 * 512}, random);
        ++outcomes[outcome_of(bytes)];
    }
    for (int i = 0; i < 1000; ++i) {
        DiskBuilder disk = i % 3 == 0 ? gpt_4k : gpt;
        const std::size_t last = disk.bytes.size() - disk.sector_bytes;
        mutate(disk.bytes, {0, disk.sector_bytes, 2 * disk.sector_bytes, last}, random);
        // Most with right checksums: nothing behind them would be looked at otherwise.
        if (i % 4 != 0) test::mend_gpt(disk, 1);
        if (i % 8 >= 4) test::mend_gpt(disk, disk.sectors() - 1);
        ++outcomes[outcome_of(disk.bytes)];
    }
    for (const auto& [outcome, count] : outcomes) {
        MESSAGE(outcome, ": ", count);
        CHECK((outcome == "MBR" || outcome == "GPT" || outcome == "no partition table" ||
               outcome == "malformed-disk"));
    }
    CHECK(outcomes["MBR"] > 500);
    CHECK(outcomes["GPT"] > 500);
}

TEST_CASE("A thousand spoilt heads of images are judged or refused") {
    std::mt19937 random(20261126);
    std::map<std::string, int> outcomes;
    DiskBuilder qcow2(disk_bytes), vmdk(disk_bytes);
    qcow2.put_text(0, std::string("QFI\xfb\0\0\0\3", 8));
    vmdk.put_text(0, "KDMV");
    put_u64(vmdk.bytes, 12, 100);
    put_u64(vmdk.bytes, 28, 1);
    DiskBuilder vhdx = test::vhdx_head();
    put_u32(vhdx.bytes, test::vhdx_file_parameters_at + 4, 2);  // it has a parent
    const std::vector<std::size_t> places = {0, 192 << 10, 256 << 10, 512 << 10,
                                             test::vhdx_file_parameters_at};
    for (int i = 0; i < 1000; ++i) {
        Bytes bytes = (i % 3 == 0 ? qcow2 : i % 3 == 1 ? vmdk : vhdx).bytes;
        mutate(bytes, i % 3 == 2 ? places : std::vector<std::size_t>{0, bytes.size() - 512},
               random);
        // The magic stays, for something to be behind it.
        const char* magic = i % 3 == 0 ? "QFI\xfb" : i % 3 == 1 ? "KDMV" : "vhdxfile";
        std::copy_n(std::as_bytes(std::span(magic, 4)).begin(), 4, bytes.begin());
        const auto file = test::image_file_of(bytes);
        std::string outcome;
        const std::string word = test::word_thrown_by([&] {
            const auto probe = disk::probe_image(file);
            outcome = probe.kind != nullptr ? probe.kind->name : "none";
            for (const auto format : {disk::ImageFormat::qcow2, disk::ImageFormat::vhd,
                                      disk::ImageFormat::vhdx, disk::ImageFormat::vmdk}) {
                static_cast<void>(disk::other_files_of(file, format));
            }
            static_cast<void>(disk::fixed_vhd_size(file));
        });
        ++outcomes[word == "nothing" ? outcome : word];
    }
    for (const auto& [outcome, count] : outcomes) MESSAGE(outcome, ": ", count);
    CHECK(outcomes["VMDK"] > 200);
    CHECK(outcomes["no-image-support"] > 200);
}
