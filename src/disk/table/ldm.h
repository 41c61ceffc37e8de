// SPDX-License-Identifier: GPL-2.0-or-later
// The database of the Logical Disk Manager, on every dynamic disk of Windows.
// Owns: its structures, as far as they say which volume a range of the disk belongs to.
// Never: writes, follows a number of the database without a bound.
//
// Format: the kernel's Documentation/admin-guide/ldm.rst and block/partitions/ldm.h; libldm.
// Big-endian, in sectors of 512 bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "disk/block_device.h"

namespace nlafix::disk {

enum class LdmLayout { simple, spanned, striped, mirrored, raid5 };

/// "a simple volume", "a mirror", ...
std::string_view name_of(LdmLayout layout);

/// A volume of a disk group, and the part of it that lies on the disk that was read.
struct LdmVolume {
    std::string name;  // as the database has it, "Volume1"; not escaped
    LdmLayout layout = LdmLayout::simple;
    DiskRange part;  // on the disk
};

/// Reads the database whose private header lies at `header_offset` of `disk`. Nothing where there
/// is no whole one.
std::optional<std::vector<LdmVolume>> read_ldm(BlockDevice& disk, std::uint64_t header_offset);

}  // namespace nlafix::disk
