// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/table/membership.h"

#include <algorithm>
#include <string>

#include "base/bytes.h"
#include "base/error.h"

namespace nlafix::disk {
namespace {

constexpr std::uint32_t md_magic = 0xa92b4efc;
constexpr std::size_t sector_bytes = 512;

/// Bytes of `range` from `offset`, fewer where it ends; none where they cannot be read.
Bytes read_part(BlockDevice& disk, const DiskRange& range, std::uint64_t offset,
                std::size_t length) {
    if (offset >= range.size_bytes) return {};
    const std::uint64_t there = std::min<std::uint64_t>(length, range.size_bytes - offset);
    try {
        return read_bytes(disk, range.offset + offset, static_cast<std::size_t>(there));
    } catch (const Error&) {
        return {};
    }
}

bool has_md_magic(ByteView bytes, std::size_t at) {
    return bytes.size() >= at + 4 && u32_at(bytes, at) == md_magic;
}

/// A superblock of version 1 says where it lies: a copy inside of a file is none.
bool is_md_1(ByteView head, std::size_t at, std::uint64_t sector) {
    constexpr std::size_t own_sector_at = 144;
    return has_md_magic(head, at) && head.size() >= at + own_sector_at + 8 &&
           u32_at(head, at + 4) == 1 && u64_at(head, at + own_sector_at) == sector;
}

/// Versions 1.1 and 1.2 lie at the start, 1.0 and 0.90 near the end.
bool is_md(BlockDevice& disk, const DiskRange& range, ByteView head) {
    if (is_md_1(head, 0, 0) || is_md_1(head, 4096, 8)) return true;
    const std::uint64_t sectors = range.size_bytes / sector_bytes;
    constexpr std::uint64_t reserved = 65536;
    if (sectors < 2 * reserved / sector_bytes) return false;
    const std::uint64_t sector_of_1_0 = (sectors - 16) & ~std::uint64_t{7};
    if (is_md_1(read_part(disk, range, sector_of_1_0 * sector_bytes, 256), 0, sector_of_1_0)) {
        return true;
    }
    const std::uint64_t of_0_90 = (range.size_bytes & ~(reserved - 1)) - reserved;
    const Bytes old = read_part(disk, range, of_0_90, sector_bytes);
    // Major version 0, minor 90 or above.
    return has_md_magic(old, 0) && u32_at(old, 4) == 0 && u32_at(old, 8) >= 90;
}

bool is_lvm(ByteView head) {
    for (std::size_t sector = 0; sector < 4; ++sector) {
        const std::size_t at = sector * sector_bytes;
        if (has_text(head, at, "LABELONE") && has_text(head, at + 24, "LVM2 001")) return true;
    }
    return false;
}

Membership by_type(const std::string& type) {
    if (type == "42" || type == "5808C8AA-7E8F-42E0-85D2-E1E90434CFB3" ||
        type == "AF9B60A0-1431-4F62-BC68-3311714A69AD") {
        return Membership::ldm;
    }
    return type == "E75CAF8F-F680-4CEE-AFA3-B001E56EFC2D" ? Membership::storage_spaces
                                                          : Membership::none;
}

}  // namespace

std::string_view name_of(Membership membership) {
    switch (membership) {
        case Membership::md: return "Linux RAID (md)";
        case Membership::lvm: return "LVM";
        case Membership::imsm: return "Intel RAID";
        case Membership::ddf: return "DDF RAID";
        case Membership::ldm: return "Windows dynamic disk (LDM)";
        case Membership::storage_spaces: return "Storage Spaces";
        case Membership::none: break;
    }
    return "";
}

Membership membership_at(BlockDevice& disk, const Partition& partition) {
    const Membership typed = by_type(partition.type);
    if (typed != Membership::none) return typed;
    const Bytes head = read_part(disk, partition.range, 0, 8192);
    if (is_lvm(head)) return Membership::lvm;
    if (has_text(head, 0, "SPACEDB ") || has_text(head, 4096, "SPACEDB ")) {
        return Membership::storage_spaces;
    }
    return is_md(disk, partition.range, head) ? Membership::md : Membership::none;
}

Membership membership_of(BlockDevice& disk) {
    constexpr std::size_t tail_bytes = 8192;
    const DiskRange all{0, disk.size_bytes()};
    if (all.size_bytes < tail_bytes) return Membership::none;
    const Bytes tail = read_part(disk, all, all.size_bytes - tail_bytes, tail_bytes);
    // Sectors have 512 or 4096 bytes: Intel's mark is in the last but one, DDF's in the last.
    for (const std::size_t sector : {sector_bytes, sector_bytes * 8}) {
        if (has_text(tail, tail_bytes - 2 * sector, "Intel Raid ISM Cfg Sig. ")) {
            return Membership::imsm;
        }
        if (has_text(tail, tail_bytes - sector, "\xde\x11\xde\x11")) return Membership::ddf;
    }
    return is_md(disk, all, read_part(disk, all, 0, tail_bytes)) ? Membership::md
                                                                 : Membership::none;
}

bool starts_as_member(ByteView head) {
    return is_lvm(head) || is_md_1(head, 0, 0) || is_md_1(head, 4096, 8);
}

}  // namespace nlafix::disk
