// SPDX-License-Identifier: GPL-2.0-or-later
// The partitions of a disk.
// Owns: which table a disk has, in which size of sector, and the numbers of its partitions.
// Never: writes, follows a chain without a bound, or trusts a range.
//
// Numbers are those of Linux: primary partitions of an MBR have that of their slot (1 to 4),
// logical ones count from 5, those of a GPT have that of their entry. A disk without a table is one
// volume with the number 0.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "disk/block_device.h"

namespace nlafix::disk {

enum class TableKind { none, mbr, gpt };

/// "no partition table", "MBR", "GPT".
std::string_view name_of(TableKind kind);

struct Partition {
    std::uint32_t number = 0;
    DiskRange range;  // inside the disk
    std::string
        type;  // MBR: two hex digits, "07"; GPT: the GUID in capitals; empty without a table
    std::string label;  // GPT: its name, UTF-8, not escaped
    bool is_logical = false;
};

/// What is wrong with a table, apart from what makes it useless.
struct TableFaults {
    /// For the report: the backup GPT was used, a partition leads out of the disk and was left out,
    /// and the like.
    std::vector<std::string> warnings;
    bool leaves_disk = false;  // a partition starts or ends behind the end of the disk
};

struct PartitionTable : TableFaults {
    TableKind kind = TableKind::none;
    std::uint32_t sector_bytes = 512;   // 512 or 4096
    std::vector<Partition> partitions;  // by number
};

/// Reads the table of `disk`; one without is a single volume, whatever that is. Extended and
/// protective entries are not partitions. Throws Error(malformed_disk) where there should be a GPT
/// but neither of its copies can be used; what `disk` throws passes through.
PartitionTable read_partition_table(BlockDevice& disk);

}  // namespace nlafix::disk
