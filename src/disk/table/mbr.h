// SPDX-License-Identifier: GPL-2.0-or-later
// A master boot record, and the chain of extended ones behind it.
// Owns: the four entries, the chain, the numbers of logical partitions.
// Never: decides whether a disk has one (partition_table.cpp does).
//
// Numbers and limits are those of Linux, block/partitions/msdos.c.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "disk/table/partition_table.h"

namespace nlafix::disk {

struct MbrEntry {
    std::uint8_t boot_indicator = 0;  // 0x80: active
    std::uint8_t type = 0;
    std::uint32_t first_sector = 0;
    std::uint32_t sector_count = 0;

    bool is_used() const { return type != 0 && sector_count != 0; }
    bool is_extended() const { return type == 0x05 || type == 0x0f || type == 0x85; }
    /// Type 0xEE: the disk is one with a GPT.
    bool is_protective() const { return type == 0xee; }
};

using MbrEntries = std::array<MbrEntry, 4>;

bool has_boot_signature(ByteView sector);
/// The entries of a sector of at least 512 bytes.
MbrEntries mbr_entries(ByteView sector);
/// Whether these can be entries at all: code and text at their place have other boot indicators.
bool are_plausible(const MbrEntries& entries);

/// All partitions of the MBR with these entries, by number.
std::vector<Partition> read_mbr(BlockDevice& disk, const MbrEntries& entries,
                                std::uint32_t sector_bytes, TableFaults& faults);

}  // namespace nlafix::disk
