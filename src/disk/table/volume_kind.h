// SPDX-License-Identifier: GPL-2.0-or-later
// What kind of file system or encryption a volume has, by its first sector.
// Owns: the signatures.
// Never: reads more than that sector.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "disk/block_device.h"

namespace nlafix::disk {

enum class VolumeKind { ntfs, bitlocker, bitlocker_to_go, refs, fat, exfat, luks, other };

/// For people: "NTFS", "BitLocker", "BitLocker To Go", "ReFS", "FAT", "exFAT", "LUKS", "unknown".
std::string_view name_of(VolumeKind kind);

/// `sector` is the first 512 bytes of the volume; a shorter one is `other`.
VolumeKind volume_kind_of(ByteView sector);
/// Reads it from the start of `range`.
VolumeKind volume_kind_at(BlockDevice& disk, const DiskRange& range);

}  // namespace nlafix::disk
