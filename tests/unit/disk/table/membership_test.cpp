// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/table/membership.h"

#include <doctest/doctest.h>

#include <string>

#include "disk_builder.h"
#include "memory_device.h"

using namespace nlafix;
using test::DiskBuilder;

namespace {

constexpr std::size_t mib = 1 << 20;

std::string member_of(const DiskBuilder& disk, const std::string& type = "") {
    test::MemoryDevice device(disk.bytes);
    disk::Partition partition;
    partition.range = {0, device.size_bytes()};
    partition.type = type;
    return std::string(name_of(disk::membership_at(device, partition)));
}

std::string member_by_disk(const DiskBuilder& disk) {
    test::MemoryDevice device(disk.bytes);
    return std::string(name_of(disk::membership_of(device)));
}

/// Of a version 1 that lies at `at` and says that it lies in `sector`.
DiskBuilder md_1(std::size_t at, std::uint64_t sector) {
    DiskBuilder disk(mib);
    put_little_endian<std::uint32_t>(disk.bytes, at, 0xa92b4efc);
    put_little_endian<std::uint32_t>(disk.bytes, at + 4, 1);
    put_little_endian<std::uint64_t>(disk.bytes, at + 144, sector);
    return disk;
}

}  // namespace

TEST_CASE("A member of Linux RAID is known by the superblock of each version") {
    CHECK(member_of(md_1(0, 0)) == "Linux RAID (md)");
    CHECK(member_of(md_1(4096, 8)) == "Linux RAID (md)");
    // 1.0 lies 8 KiB in front of the end, or up to 4 KiB more.
    CHECK(member_of(md_1(mib - 8192, mib / 512 - 16)) == "Linux RAID (md)");
    // 0.90 lies in the last whole 64 KiB.
    DiskBuilder old(mib + 4096);
    put_little_endian<std::uint32_t>(old.bytes, mib - 65536, 0xa92b4efc);
    put_little_endian<std::uint32_t>(old.bytes, mib - 65536 + 8, 90);
    CHECK(member_of(old) == "Linux RAID (md)");
}

TEST_CASE("A superblock that says it lies elsewhere is a copy in a file") {
    CHECK(member_of(md_1(4096, 9)).empty());
    CHECK(member_of(md_1(0, 8)).empty());
}

TEST_CASE("LVM, Storage Spaces and dynamic disks are known by their labels and types") {
    DiskBuilder lvm(mib);
    lvm.put_text(512, "LABELONE");
    CHECK(member_of(lvm).empty());
    lvm.put_text(512 + 24, "LVM2 001");
    CHECK(member_of(lvm) == "LVM");
    DiskBuilder pool(mib);
    pool.put_text(4096, "SPACEDB ");
    CHECK(member_of(pool) == "Storage Spaces");
    const DiskBuilder blank(mib);
    CHECK(member_of(blank, "E75CAF8F-F680-4CEE-AFA3-B001E56EFC2D") == "Storage Spaces");
    CHECK(member_of(blank, "AF9B60A0-1431-4F62-BC68-3311714A69AD") == "Windows dynamic disk (LDM)");
    CHECK(member_of(blank, "5808C8AA-7E8F-42E0-85D2-E1E90434CFB3") == "Windows dynamic disk (LDM)");
    CHECK(member_of(blank, "42") == "Windows dynamic disk (LDM)");
    CHECK(member_of(blank, "07").empty());
}

TEST_CASE("Firmware RAID is known by the end of the disk, in either size of sector") {
    for (const std::size_t sector : {std::size_t{512}, std::size_t{4096}}) {
        DiskBuilder intel(mib);
        intel.put_text(mib - 2 * sector, "Intel Raid ISM Cfg Sig. 1.3.00");
        CHECK(member_by_disk(intel) == "Intel RAID");
        DiskBuilder ddf(mib);
        ddf.put_text(mib - sector, "\xde\x11\xde\x11");
        CHECK(member_by_disk(ddf) == "DDF RAID");
    }
    CHECK(member_by_disk(DiskBuilder(mib)).empty());
}

TEST_CASE("A disk that md has all of is a member, whatever lies on it") {
    CHECK(member_by_disk(md_1(4096, 8)) == "Linux RAID (md)");
    CHECK(member_by_disk(md_1(mib - 8192, mib / 512 - 16)) == "Linux RAID (md)");
    CHECK(disk::starts_as_member(md_1(4096, 8).bytes));
    CHECK_FALSE(disk::starts_as_member(md_1(4096, 9).bytes));
}

TEST_CASE("A range that is too small or cannot be read is a member of nothing") {
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{512}, std::size_t{4096}, std::size_t{65536}}) {
        CHECK(member_of(DiskBuilder(size)).empty());
        CHECK(member_by_disk(DiskBuilder(size)).empty());
    }
    test::MemoryDevice device(Bytes(512));
    disk::Partition outside;
    outside.range = {mib, mib};
    CHECK(disk::membership_at(device, outside) == disk::Membership::none);
}
