// SPDX-License-Identifier: GPL-2.0-or-later
// What kind of file system or encryption a volume has.
// Owns: the signatures.
// Never: looks inside.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "disk/block_device.h"

namespace nlafix::disk {

/// By the first sector of a volume.
enum class VolumeKind { ntfs, bitlocker, bitlocker_to_go, refs, fat, exfat, luks, other };

/// For people: "NTFS", "BitLocker", "BitLocker To Go", "ReFS", "FAT", "exFAT", "LUKS", "unknown".
std::string_view name_of(VolumeKind kind);

/// `sector` is the first 512 bytes of the volume; a shorter one is `other`.
VolumeKind volume_kind_of(ByteView sector);
/// Reads it from the start of `range`.
VolumeKind volume_kind_at(BlockDevice& disk, const DiskRange& range);

/// What a volume holds that has no file system of Windows: for a list, and for hints.
enum class ForeignContent { unknown, empty, ext, xfs, btrfs, swap, iso9660, squashfs };

/// For people: "ext", "XFS", "btrfs", "swap", "ISO 9660", "squashfs"; empty for the other two.
std::string_view name_of(ForeignContent content);

/// Reads 68 KiB at the start of `range`. `empty` is one that holds zeros there. Throws what `disk`
/// throws.
ForeignContent foreign_content_at(BlockDevice& disk, const DiskRange& range);

}  // namespace nlafix::disk
