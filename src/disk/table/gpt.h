// SPDX-License-Identifier: GPL-2.0-or-later
// A GUID partition table.
// Owns: the header, its checksums, the entries.
// Never: decides whether a disk has one (partition_table.cpp does).
//
// Format: UEFI Specification 2.10, chapter 5.3.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "disk/table/partition_table.h"

namespace nlafix::disk {

struct Gpt : TableFaults {
    std::string damage;  // why it cannot be used; empty where it can
    std::vector<Partition> partitions;
};

/// Reads the table whose header is in sector `header_sector`. It counts only if the header says
/// that it lies there, both checksums fit, and its entries lie inside the disk.
Gpt read_gpt(BlockDevice& disk, std::uint32_t sector_bytes, std::uint64_t header_sector);

}  // namespace nlafix::disk
