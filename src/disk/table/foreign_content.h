// SPDX-License-Identifier: GPL-2.0-or-later
// What a volume holds where it is no file system of Windows: for a list, and for hints.
// Owns: the signatures.
// Never: looks inside.
#pragma once

#include <string_view>

#include "disk/block_device.h"

namespace nlafix::disk {

enum class ForeignContent { unknown, empty, ext, xfs, btrfs, swap, iso9660, squashfs };

/// For people: "ext", "XFS", "btrfs", "swap", "ISO 9660", "squashfs"; empty for the other two.
std::string_view name_of(ForeignContent content);

/// Reads 68 KiB at the start of `range`. `empty` is one that holds zeros there. Throws what `disk`
/// throws.
ForeignContent foreign_content_at(BlockDevice& disk, const DiskRange& range);

}  // namespace nlafix::disk
