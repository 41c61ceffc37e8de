// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/table/volume_kind.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "disk_builder.h"
#include "memory_device.h"

using namespace nlafix;
using test::DiskBuilder;

namespace {

std::string kind_of(const DiskBuilder& disk) {
    return std::string(name_of(disk::volume_kind_of(disk.bytes)));
}

DiskBuilder with_text(std::size_t at, std::string_view text) {
    DiskBuilder disk(512);
    disk.put_text(at, std::string(text));
    return disk;
}

DiskBuilder fat() {
    DiskBuilder disk = with_text(0, "\xeb\x58\x90MSDOS5.0");
    put_little_endian<std::uint16_t>(disk.bytes, 11, 512);
    disk.bytes[13] = std::byte{8};
    put_little_endian<std::uint16_t>(disk.bytes, 14, 32);
    disk.bytes[16] = std::byte{2};
    disk.bytes[21] = std::byte{0xf8};
    put_little_endian<std::uint16_t>(disk.bytes, 510, 0xaa55);
    return disk;
}

}  // namespace

TEST_CASE("Volumes are told apart by their first sector") {
    CHECK(kind_of(with_text(3, "NTFS    ")) == "NTFS");
    CHECK(kind_of(with_text(3, "-FVE-FS-")) == "BitLocker");
    CHECK(kind_of(with_text(3, std::string_view("ReFS\0\0\0\0", 8))) == "ReFS");
    CHECK(kind_of(with_text(3, "EXFAT   ")) == "exFAT");
    CHECK(kind_of(with_text(0, "LUKS\xba\xbe")) == "LUKS");
    CHECK(kind_of(fat()) == "FAT");
    CHECK(kind_of(DiskBuilder(512)) == "unknown");
    CHECK(kind_of(with_text(3, "NTFS   ")) == "unknown");
}

TEST_CASE("BitLocker To Go is told from the FAT that it pretends to be") {
    DiskBuilder disk = fat();
    disk.put_text(3, "MSWIN4.1");
    // 4967D63B-2E29-4AD8-8399-F6A339E3D001
    disk.put_text(0x1a8, "\x3b\xd6\x67\x49\x29\x2e\xd8\x4a\x83\x99\xf6\xa3\x39\xe3\xd0\x01");
    CHECK(kind_of(disk) == "BitLocker To Go");
    disk.bytes[0x1a8 + 15] = std::byte{2};
    CHECK(kind_of(disk) == "FAT");
}

TEST_CASE("What is shorter than a sector is no volume") {
    DiskBuilder disk(1024);
    disk.put_ntfs(0);
    CHECK(disk::volume_kind_of(ByteView(disk.bytes).first(511)) == disk::VolumeKind::other);
    test::MemoryDevice device(disk.bytes);
    CHECK(disk::volume_kind_at(device, {0, 511}) == disk::VolumeKind::other);
    CHECK(disk::volume_kind_at(device, {0, 1024}) == disk::VolumeKind::ntfs);
    CHECK(device.read_bytes == 512);
}
