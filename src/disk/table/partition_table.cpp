// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/table/partition_table.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.h"
#include "disk/table/gpt.h"
#include "disk/table/mbr.h"
#include "disk/table/volume_kind.h"

namespace nlafix::disk {
namespace {

constexpr std::size_t first_sector_bytes = 512;
constexpr std::uint32_t sector_sizes[] = {512, 4096};

PartitionTable one_volume(const BlockDevice& disk) {
    PartitionTable table;
    table.partitions.push_back({0, {0, disk.size_bytes()}, {}, {}, false});
    return table;
}

struct FoundGpt {
    std::optional<PartitionTable> table;
    std::string damage;  // of the first one, where neither can be used
};

/// The first GPT that can be used: those at the start of the disk, then the backups at its end.
FoundGpt find_gpt(BlockDevice& disk) {
    FoundGpt found;
    for (const bool is_backup : {false, true}) {
        for (const std::uint32_t sector_bytes : sector_sizes) {
            const std::uint64_t sectors = disk.size_bytes() / sector_bytes;
            if (sectors < 3) continue;
            Gpt gpt = read_gpt(disk, sector_bytes, is_backup ? sectors - 1 : 1);
            if (gpt.damage.empty()) {
                found.table = PartitionTable{gpt, TableKind::gpt, sector_bytes, gpt.partitions};
                if (is_backup) {
                    found.table->warnings.insert(
                        found.table->warnings.begin(),
                        "the first partition table is damaged (" + found.damage +
                            "): its backup at the end of the disk was used");
                }
                return found;
            }
            // Where the other size of sector finds a signature, its damage says more.
            if (!is_backup && (found.damage.empty() || found.damage == "no signature")) {
                found.damage = gpt.damage;
            }
        }
    }
    return found;
}

std::size_t known_volumes(BlockDevice& disk, const std::vector<Partition>& partitions) {
    return static_cast<std::size_t>(
        std::count_if(partitions.begin(), partitions.end(), [&](const Partition& partition) {
            return volume_kind_at(disk, partition.range) != VolumeKind::other;
        }));
}

PartitionTable mbr_table(BlockDevice& disk, const MbrEntries& entries, std::uint32_t sector_bytes) {
    PartitionTable table;
    table.kind = TableKind::mbr;
    table.sector_bytes = sector_bytes;
    table.partitions = read_mbr(disk, entries, sector_bytes, table);
    return table;
}

/// An MBR does not say in which sectors it counts, nor does an image: 512 bytes, unless volumes lie
/// only where sectors of 4096 bytes put them.
PartitionTable read_mbr_table(BlockDevice& disk, const MbrEntries& entries) {
    PartitionTable small = mbr_table(disk, entries, 512);
    if (known_volumes(disk, small.partitions) > 0) return small;
    PartitionTable large = mbr_table(disk, entries, 4096);
    return known_volumes(disk, large.partitions) > 0 ? large : small;
}

/// Whether a sector that bears the name of a file system is in truth the MBR of a disk that was
/// partitioned later: those who write an MBR may leave what is in front of its entries.
bool is_table_over_volume(BlockDevice& disk, const MbrEntries& entries) {
    if (!are_plausible(entries)) return false;
    const PartitionTable table = mbr_table(disk, entries, 512);
    return table.warnings.empty() && known_volumes(disk, table.partitions) > 0;
}

PartitionTable without_protection(PartitionTable table) {
    table.warnings.insert(
        table.warnings.begin(),
        "the MBR does not say that there is a GPT: Windows may not start from it");
    return table;
}

}  // namespace

std::string_view name_of(TableKind kind) {
    switch (kind) {
        case TableKind::mbr: return "MBR";
        case TableKind::gpt: return "GPT";
        case TableKind::none: break;
    }
    return "no partition table";
}

PartitionTable read_partition_table(BlockDevice& disk) {
    if (disk.size_bytes() < first_sector_bytes) return one_volume(disk);
    const Bytes sector = read_bytes(disk, 0, first_sector_bytes);
    const MbrEntries entries = mbr_entries(sector);
    const bool is_boot_sector = has_boot_signature(sector);
    if (volume_kind_of(sector) != VolumeKind::other &&
        !(is_boot_sector && is_table_over_volume(disk, entries))) {
        return one_volume(disk);
    }

    const auto any = [&](bool (MbrEntry::*is)() const) {
        return std::any_of(entries.begin(), entries.end(),
                           [&](const MbrEntry& entry) { return (entry.*is)(); });
    };
    const bool is_mbr = is_boot_sector && are_plausible(entries) && any(&MbrEntry::is_used);
    if (is_mbr && !any(&MbrEntry::is_protective)) return read_mbr_table(disk, entries);
    FoundGpt gpt = find_gpt(disk);
    if (is_mbr && !gpt.table) {
        throw Error(ErrorCode::malformed_disk,
                    "its MBR says that it has a GPT, but neither that (" + gpt.damage +
                        ") nor the backup at its end can be used")
            .hint(
                "is the image complete? gdisk and testdisk can rebuild a partition table; do that "
                "on a copy");
    }
    if (gpt.table) return is_mbr ? *gpt.table : without_protection(std::move(*gpt.table));
    return one_volume(disk);
}

}  // namespace nlafix::disk
