// SPDX-License-Identifier: GPL-2.0-or-later
// From the numbers in a table to a range that lies inside the disk.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "disk/block_device.h"
#include "disk/table/partition_table.h"

namespace nlafix::disk {

/// What a table with thousands of bad entries adds to a report.
inline constexpr std::size_t most_table_warnings = 20;

/// Adds `warning` to those of `faults` unless there are enough of them.
void add_table_warning(TableFaults& faults, std::string warning);

/// The range of partition `number`: `count` sectors from `first`. One that starts outside of the
/// disk, or has no sectors, is left out with a warning; one that only ends outside is cut with a
/// warning.
std::optional<DiskRange> range_in_disk(std::uint32_t number, std::uint64_t first,
                                       std::uint64_t count, std::uint32_t sector_bytes,
                                       std::uint64_t disk_bytes, TableFaults& faults);

}  // namespace nlafix::disk
