// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/table/volume_kind.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"

namespace nlafix::disk {
namespace {

constexpr std::size_t sector_bytes = 512;
constexpr std::size_t name_at = 3;  // of the OEM name in a boot sector, 8 bytes

// Where BitLocker To Go keeps its identifier in a boot sector that otherwise is one of FAT32.
constexpr std::size_t to_go_at = 0x1a8;
constexpr std::array<unsigned char, 16> to_go_identifier = {
    0x3b, 0xd6, 0x67, 0x49, 0x29, 0x2e, 0xd8, 0x4a, 0x83, 0x99, 0xf6, 0xa3, 0x39, 0xe3, 0xd0, 0x01};

bool has_boot_signature(ByteView sector) {
    return u16_at(sector, 510) == 0xaa55;
}

/// The numbers without which no file system of FAT can be: sector and cluster size, copies of the
/// table, media byte.
bool is_fat(ByteView sector) {
    const auto bytes_per_sector = u16_at(sector, 11);
    const auto sectors_per_cluster = std::to_integer<unsigned>(sector[13]);
    const auto copies = std::to_integer<unsigned>(sector[16]);
    const auto media = std::to_integer<unsigned>(sector[21]);
    return has_boot_signature(sector) && std::has_single_bit(bytes_per_sector) &&
           bytes_per_sector >= 512 && bytes_per_sector <= 4096 &&
           std::has_single_bit(sectors_per_cluster) && u16_at(sector, 14) != 0 && copies >= 1 &&
           copies <= 2 && (media == 0xf0 || media >= 0xf8);
}

struct Signature {
    std::size_t offset;
    std::string_view text;
    ForeignContent content;
};

// A swap area has its mark at the end of its first page, which has 4, 8, 16 or 64 KiB.
constexpr Signature signatures[] = {
    {0, "XFSB", ForeignContent::xfs},
    {0, "hsqs", ForeignContent::squashfs},
    {1080, "\x53\xef", ForeignContent::ext},
    {0x8001, "CD001", ForeignContent::iso9660},
    {0x10040, "_BHRfS_M", ForeignContent::btrfs},
    {4086, "SWAPSPACE2", ForeignContent::swap},
    {8182, "SWAPSPACE2", ForeignContent::swap},
    {16374, "SWAPSPACE2", ForeignContent::swap},
    {65526, "SWAPSPACE2", ForeignContent::swap},
};

constexpr std::size_t head_bytes = std::size_t{68} * 1024;

}  // namespace

std::string_view name_of(VolumeKind kind) {
    switch (kind) {
        case VolumeKind::ntfs: return "NTFS";
        case VolumeKind::bitlocker: return "BitLocker";
        case VolumeKind::bitlocker_to_go: return "BitLocker To Go";
        case VolumeKind::refs: return "ReFS";
        case VolumeKind::fat: return "FAT";
        case VolumeKind::exfat: return "exFAT";
        case VolumeKind::luks: return "LUKS";
        case VolumeKind::other: break;
    }
    return "unknown";
}

VolumeKind volume_kind_of(ByteView sector) {
    if (sector.size() < sector_bytes) return VolumeKind::other;
    if (has_text(sector, name_at, "-FVE-FS-")) return VolumeKind::bitlocker;
    if (has_text(sector, name_at, "NTFS    ")) return VolumeKind::ntfs;
    if (has_text(sector, name_at, std::string_view("ReFS\0\0\0\0", 8))) return VolumeKind::refs;
    if (has_text(sector, name_at, "EXFAT   ")) return VolumeKind::exfat;
    if (has_text(sector, 0, "LUKS\xba\xbe")) return VolumeKind::luks;
    if (equal(slice(sector, to_go_at, to_go_identifier.size()),
              std::as_bytes(std::span(to_go_identifier)))) {
        return VolumeKind::bitlocker_to_go;
    }
    return is_fat(sector) ? VolumeKind::fat : VolumeKind::other;
}

VolumeKind volume_kind_at(BlockDevice& disk, const DiskRange& range) {
    if (range.size_bytes < sector_bytes) return VolumeKind::other;
    return volume_kind_of(read_bytes(disk, range.offset, sector_bytes));
}

std::string_view name_of(ForeignContent content) {
    switch (content) {
        case ForeignContent::ext: return "ext";
        case ForeignContent::xfs: return "XFS";
        case ForeignContent::btrfs: return "btrfs";
        case ForeignContent::swap: return "swap";
        case ForeignContent::iso9660: return "ISO 9660";
        case ForeignContent::squashfs: return "squashfs";
        case ForeignContent::unknown:
        case ForeignContent::empty: break;
    }
    return "";
}

ForeignContent foreign_content_at(BlockDevice& disk, const DiskRange& range) {
    const std::uint64_t there = std::min<std::uint64_t>(head_bytes, range.size_bytes);
    const Bytes head = read_bytes(disk, range.offset, static_cast<std::size_t>(there));
    for (const Signature& signature : signatures) {
        if (head.size() >= signature.offset + signature.text.size() &&
            equal(slice(head, signature.offset, signature.text.size()),
                  std::as_bytes(std::span(signature.text)))) {
            return signature.content;
        }
    }
    const bool is_zero =
        std::all_of(head.begin(), head.end(), [](std::byte value) { return value == std::byte{}; });
    return is_zero ? ForeignContent::empty : ForeignContent::unknown;
}

}  // namespace nlafix::disk
