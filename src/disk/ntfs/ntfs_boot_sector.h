// SPDX-License-Identifier: GPL-2.0-or-later
// The boot sector of an NTFS volume, in front of everything that computes with its numbers.
// Owns: the judgement of it.
// Never: reads a disk.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace nlafix::disk {

inline constexpr std::size_t boot_sector_bytes = 512;

/// Makes sure that `boot`, of boot_sector_bytes, is that of an NTFS volume with possible sizes that
/// fits into `range_bytes`. `ends_disk`: nothing of the disk follows that range. Returns the
/// volume's serial number. Throws Error: malformed_disk where the disk ends before the volume does,
/// malformed_volume for all else.
std::uint64_t require_sane_boot_sector(ByteView boot, std::uint64_t range_bytes, bool ends_disk);

}  // namespace nlafix::disk
