// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/table/partition_table.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "disk/table/crc32.h"
#include "disk_builder.h"
#include "memory_device.h"
#include "run_program.h"
#include "temp_folder.h"
#include "thrown.h"

using namespace nlafix;
using test::DiskBuilder;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

disk::PartitionTable table_of(const DiskBuilder& builder) {
    test::MemoryDevice device(builder.bytes);
    return disk::read_partition_table(device);
}

/// "mbr 1:07@2048+100 5:07@4096+8L", ranges in sectors of 512 bytes.
std::string summary(const disk::PartitionTable& table) {
    std::string text(name_of(table.kind));
    if (table.sector_bytes != 512) text += "/" + std::to_string(table.sector_bytes);
    for (const disk::Partition& part : table.partitions) {
        text += " " + std::to_string(part.number) + "@" + std::to_string(part.range.offset / 512) +
                "+" + std::to_string(part.range.size_bytes / 512) + (part.is_logical ? "L" : "");
    }
    return text;
}

std::string warnings_of(const disk::PartitionTable& table) {
    std::string text;
    for (const std::string& warning : table.warnings) text += warning + "\n";
    return text;
}

/// Two GPT partitions, 1 and 3, with an NTFS in the second.
DiskBuilder gpt_disk(std::uint32_t sector_bytes = 512) {
    DiskBuilder disk(4 * mib, sector_bytes);
    test::put_gpt(disk, {{1, 256, 299, u"EFI system partition"}, {3, 320, 639, u"Größe"}});
    disk.put_ntfs(320);
    return disk;
}

}  // namespace

TEST_CASE("The checksum of a GPT is the one that everybody calls CRC-32") {
    const std::string text = "123456789";
    CHECK(disk::crc32(std::as_bytes(std::span(text))) == 0xcbf43926);
    CHECK(disk::crc32({}) == 0);
}

TEST_CASE("Primary partitions of an MBR have the numbers of their slots") {
    DiskBuilder disk(2 * mib);
    disk.put_mbr_entry(0, 0, 0x07, 64, 100, 0x80);
    disk.put_mbr_entry(0, 2, 0x27, 512, 1000);
    const auto table = table_of(disk);
    CHECK(summary(table) == "MBR 1@64+100 3@512+1000");
    CHECK(table.partitions.at(0).type == "07");
    CHECK(table.partitions.at(1).type == "27");
    CHECK(table.warnings.empty());
}

TEST_CASE("Logical partitions count from 5, whatever the slot of the extended one") {
    DiskBuilder disk(2 * mib);
    disk.put_mbr_entry(0, 0, 0x07, 64, 100);
    disk.put_mbr_entry(0, 3, 0x0f, 1000, 2000);
    disk.put_mbr_entry(1000, 0, 0x07, 63, 200);   // from this link
    disk.put_mbr_entry(1000, 1, 0x05, 500, 600);  // from the extended partition
    disk.put_mbr_entry(1500, 0, 0x83, 63, 300);
    disk.put_mbr_entry(1500, 1, 0x05, 1000, 600);
    disk.put_mbr_entry(2000, 0, 0x07, 1, 400);
    CHECK(summary(table_of(disk)) == "MBR 1@64+100 5@1063+200L 6@1563+300L 7@2001+400L");
}

TEST_CASE(
    "A link without a partition takes no number, and foreign entries behind the second none") {
    DiskBuilder disk(2 * mib);
    disk.put_mbr_entry(0, 1, 0x05, 1000, 2000);
    disk.put_mbr_entry(1000, 1, 0x05, 500, 600);
    disk.put_mbr_entry(1500, 0, 0x07, 63, 300);
    disk.put_mbr_entry(1500, 2, 0x07, 3000, 10);  // ends outside of the extended partition
    disk.put_mbr_entry(1500, 3, 0x07, 700, 10);   // lies inside
    CHECK(summary(table_of(disk)) == "MBR 5@1563+300L 6@2200+10L");
}

TEST_CASE("A chain of logical partitions in a circle ends after a hundred links") {
    DiskBuilder disk(2 * mib);
    disk.put_mbr_entry(0, 0, 0x05, 1000, 2000);
    disk.put_mbr_entry(1000, 0, 0x07, 63, 200);
    disk.put_mbr_entry(1000, 1, 0x05, 0, 600);
    const auto table = table_of(disk);
    CHECK(table.partitions.size() == 100);
    CHECK(test::contains(warnings_of(table), "the chain of logical partitions has no end"));
}

TEST_CASE("A chain that leads out of the disk or to no boot record ends there, with a warning") {
    for (const std::uint32_t next : {700U, 0xfffffff0U}) {
        CAPTURE(next);
        DiskBuilder disk(2 * mib);
        disk.put_mbr_entry(0, 0, 0x05, 1000, 2000);
        disk.put_mbr_entry(1000, 0, 0x07, 63, 200);
        disk.put_mbr_entry(1000, 1, 0x05, next, 600);
        const auto table = table_of(disk);
        CHECK(summary(table) == "MBR 5@1063+200L");
        CHECK(test::contains(warnings_of(table),
                             next == 700 ? "is broken at sector 1700" : "leads out of the disk"));
    }
}

TEST_CASE("A partition that starts outside of the disk is left out, one that ends there is cut") {
    DiskBuilder disk(2 * mib);
    disk.put_mbr_entry(0, 0, 0x07, 4000, 5000);
    disk.put_mbr_entry(0, 1, 0x07, 4096, 1);
    disk.put_mbr_entry(0, 2, 0x07, 0xffffffff, 0xffffffff);
    const auto table = table_of(disk);
    CHECK(summary(table) == "MBR 1@4000+96");
    CHECK(warnings_of(table) ==
          "partition 1 reaches beyond the end of the disk: is the image or the disk complete?\n"
          "partition 2 lies outside of the disk and was left out\n"
          "partition 3 lies outside of the disk and was left out\n");
}

TEST_CASE("An MBR counts in sectors of 4096 bytes where volumes lie only there") {
    DiskBuilder disk(8 * mib, 4096);
    // The table itself is where it always is: in the first 512 bytes.
    disk.sector_bytes = 512;
    disk.put_mbr_entry(0, 0, 0x07, 256, 512);
    disk.sector_bytes = 4096;
    disk.put_ntfs(256);
    CHECK(summary(table_of(disk)) == "MBR/4096 1@2048+4096");
    disk.sector_bytes = 512;
    disk.put_ntfs(256);
    CHECK(summary(table_of(disk)) == "MBR 1@256+512");
}

TEST_CASE("A GPT in sectors of 512 and of 4096 bytes") {
    const auto table = table_of(gpt_disk());
    CHECK(summary(table) == "GPT 1@256+44 3@320+320");
    CHECK(table.partitions.at(0).type == "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7");
    CHECK(table.partitions.at(0).label == "EFI system partition");
    CHECK(table.partitions.at(1).label == "Größe");
    CHECK(table.warnings.empty());
    CHECK(summary(table_of(gpt_disk(4096))) == "GPT/4096 1@2048+352 3@2560+2560");
}

TEST_CASE("The backup GPT is used where the first one is damaged, and the report says so") {
    struct Row {
        std::uint64_t offset;  // of the byte that is spoilt
        std::string damage;
    };
    for (const std::uint32_t sector_bytes : {512U, 4096U}) {
        for (const Row& row : {Row{sector_bytes + 0ULL, "no signature"},
                               Row{sector_bytes + 40ULL, "wrong checksum of the header"},
                               Row{2ULL * sector_bytes + 1, "wrong checksum of the entries"}}) {
            CAPTURE(sector_bytes);
            CAPTURE(row.damage);
            DiskBuilder disk = gpt_disk(sector_bytes);
            const std::string whole = summary(table_of(disk));
            disk.bytes[row.offset] ^= std::byte{0xff};
            const auto table = table_of(disk);
            CHECK(summary(table) == whole);
            CHECK(warnings_of(table) == "the first partition table is damaged (" + row.damage +
                                            "): its backup at the end of the disk was used\n");
        }
    }
}

TEST_CASE("A GPT of which both copies are damaged is an error that names the damage") {
    DiskBuilder disk = gpt_disk();
    disk.bytes[512 + 56] ^= std::byte{1};
    disk.bytes[disk.bytes.size() - 512] ^= std::byte{1};
    const auto error = test::error_of([&] { table_of(disk); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::malformed_disk);
    CHECK(error->message() ==
          "its MBR says that it has a GPT, but neither that (wrong checksum of the header) nor the "
          "backup at its end can be used");
    CHECK(!error->hint().empty());
}

TEST_CASE("Numbers of a GPT that would cost memory or lead astray are damage") {
    struct Row {
        std::size_t at;
        std::uint64_t value;
        std::size_t bytes;
        std::string damage;
    };
    for (const Row& row :
         {Row{12, 91, 4, "a header of 91 bytes"}, Row{12, 513, 4, "a header of 513 bytes"},
          Row{24, 2, 8, "the header belongs into sector 2"},
          Row{72, 8192, 8, "its entries lie outside of the disk"},
          Row{72, ~std::uint64_t{0}, 8, "its entries lie outside of the disk"},
          Row{72, 8180, 8, "its entries lie outside of the disk"},
          Row{80, 0xffffffff, 4, "4294967295 entries of 128 bytes"},
          Row{84, 64, 4, "128 entries of 64 bytes"}, Row{84, 130, 4, "128 entries of 130 bytes"},
          Row{84, 8192, 4, "128 entries of 8192 bytes"}}) {
        CAPTURE(row.at);
        CAPTURE(row.value);
        DiskBuilder disk = gpt_disk();
        if (row.bytes == 4) {
            put_u32(disk.bytes, 512 + row.at, static_cast<std::uint32_t>(row.value));
        } else {
            put_u64(disk.bytes, 512 + row.at, row.value);
        }
        test::mend_gpt(disk, 1);
        CHECK(test::contains(warnings_of(table_of(disk)), "(" + row.damage + ")"));
    }
}

TEST_CASE(
    "GPT partitions with impossible ranges are left out or cut, and the list of warnings ends") {
    DiskBuilder disk(4 * mib);
    std::vector<test::GptPart> parts = {{1, 100, 99}, {2, 0, ~std::uint64_t{0}}, {3, 8000, 9000}};
    for (std::uint32_t i = 4; i < 100; ++i) parts.push_back({i, 100000, 100001});
    test::put_gpt(disk, parts);
    const auto table = table_of(disk);
    CHECK(summary(table) == "GPT 3@8000+192");
    CHECK(table.warnings.size() == 20);
    CHECK(table.warnings.at(0) == "partition 1 has no valid size and was left out");
    CHECK(table.warnings.at(2) ==
          "partition 3 reaches beyond the end of the disk: is the image or the disk complete?");
    CHECK(table.warnings.back() == "the partition table has more faults than are listed here");
}

TEST_CASE("A hybrid MBR counts as a GPT, an MBR beside the remains of a GPT as an MBR") {
    DiskBuilder hybrid = gpt_disk();
    hybrid.put_mbr_entry(0, 1, 0x07, 320, 320);
    CHECK(summary(table_of(hybrid)) == "GPT 1@256+44 3@320+320");
    DiskBuilder remains = gpt_disk();
    remains.put_mbr_entry(0, 0, 0x07, 64, 100);
    CHECK(summary(table_of(remains)) == "MBR 1@64+100");
}

TEST_CASE("A GPT whose MBR was wiped is found, with a warning") {
    DiskBuilder disk = gpt_disk();
    std::fill_n(disk.bytes.begin(), 512, std::byte{0});
    const auto table = table_of(disk);
    CHECK(summary(table) == "GPT 1@256+44 3@320+320");
    CHECK(test::contains(warnings_of(table), "the MBR does not say that there is a GPT"));
}

TEST_CASE("A disk without a table is one volume with the number 0") {
    DiskBuilder ntfs(2 * mib);
    ntfs.put_ntfs(0);
    CHECK(summary(table_of(ntfs)) == "no partition table 0@0+4096");
    CHECK(summary(table_of(DiskBuilder(2 * mib))) == "no partition table 0@0+4096");
    CHECK(summary(table_of(DiskBuilder(1000))) == "no partition table 0@0+1");
    CHECK(summary(table_of(DiskBuilder(0))) == "no partition table 0@0+0");
}

TEST_CASE("Text of a boot sector in the place of the entries makes no table") {
    DiskBuilder ntfs(2 * mib);
    ntfs.put_ntfs(0);
    ntfs.put_text(440, "Press Ctrl+Alt+Del to restart - a disk read error occurred");
    CHECK(summary(table_of(ntfs)) == "no partition table 0@0+4096");
    DiskBuilder unknown(2 * mib);
    unknown.put_mbr_entry(0, 0, 0, 0, 0);  // the signature alone
    unknown.put_text(440, "Press Ctrl+Alt+Del to restart - a disk read error occurred");
    CHECK(summary(table_of(unknown)) == "no partition table 0@0+4096");
}

TEST_CASE("A disk that was a volume before it was partitioned has a table") {
    DiskBuilder disk(2 * mib);
    disk.put_ntfs(0);
    disk.put_mbr_entry(0, 0, 0x07, 64, 1000);
    CHECK(summary(table_of(disk)) == "no partition table 0@0+4096");
    disk.put_ntfs(64);
    CHECK(summary(table_of(disk)) == "MBR 1@64+1000");
}

TEST_CASE("Tables that sfdisk makes are read as it lists them") {
    if (test::lacks_programs({"sfdisk"})) return;
    test::TempFolder folder;
    struct Row {
        std::string script, expected;
    };
    for (const Row& row :
         {Row{"label: dos\nstart=2048, size=4096, type=7, bootable\nstart=8192, size=20000, "
              "type=f\n"
              "start=10240, size=2048, type=7\nstart=14336, size=4096, type=7\n",
              "MBR 1@2048+4096 5@10240+2048L 6@14336+4096L"},
          Row{"label: gpt\nstart=2048, size=4096, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B\n"
              "start=8192, size=20000, type=EBD0A0A2-B9E5-4433-87C0-68B6B72699C7, "
              "name=\"Windows\"\n",
              "GPT 1@2048+4096 2@8192+20000"}}) {
        const std::string image = folder.write("disk", Bytes(32 * mib));
        const std::string script = folder.write_text("script", row.script);
        const auto ran = test::run_program(
            {"sh", "-c", "PATH=$PATH:/usr/sbin:/sbin sfdisk \"$1\" < \"$2\"", "sh", image, script});
        REQUIRE_MESSAGE(ran.status == 0, ran.output);
        test::MemoryDevice device(test::read_file(image));
        const auto table = disk::read_partition_table(device);
        CHECK(summary(table) == row.expected);
        CHECK(warnings_of(table).empty());
        if (table.kind == disk::TableKind::gpt) CHECK(table.partitions.at(1).label == "Windows");
    }
}

TEST_CASE("A GPT that sgdisk makes is read, and its backup when sgdisk has wiped the first") {
    if (test::lacks_programs({"sgdisk"})) return;
    test::TempFolder folder;
    const std::string image = folder.write("disk", Bytes(16 * mib));
    const auto ran = test::run_program(
        {"sgdisk", "-n", "1:2048:4095", "-n", "7:8192:0", "-c", "7:Data", "-t", "7:0700", image});
    REQUIRE_MESSAGE(ran.status == 0, ran.output);
    test::MemoryDevice device(test::read_file(image));
    const auto table = disk::read_partition_table(device);
    CHECK(summary(table) == "GPT 1@2048+2048 7@8192+24543");
    CHECK(table.partitions.at(1).label == "Data");
    std::fill_n(device.content.begin() + 512, 33 * 512, std::byte{0});
    CHECK(summary(disk::read_partition_table(device)) == summary(table));
}
