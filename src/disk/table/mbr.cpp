// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/table/mbr.h"

#include <algorithm>
#include <cstdio>

#include "disk/table/partition_range.h"

namespace nlafix::disk {
namespace {

constexpr std::size_t sector_start_bytes = 512;
constexpr std::size_t entries_at = 446, entry_bytes = 16, signature_at = 510;
constexpr std::uint32_t first_logical_number = 5;
// As many as Linux follows; a chain that runs in a circle ends there too.
constexpr int most_links = 100;

std::string type_text(std::uint8_t type) {
    char text[3];
    std::snprintf(text, sizeof text, "%02X", unsigned{type});
    return text;
}

/// Follows the chain of an extended partition. Its links count from its own first sector; the
/// partitions in each link from that link.
class LogicalPartitions {
public:
    LogicalPartitions(BlockDevice& disk, std::uint32_t sector_bytes,
                      std::vector<Partition>& partitions, TableFaults& faults)
        : disk_(disk), sector_bytes_(sector_bytes), partitions_(partitions), faults_(faults) {}

    void read(const MbrEntry& extended) {
        std::uint64_t link = extended.first_sector;
        for (int links = 0; links < most_links; ++links) {
            if (link >= disk_.size_bytes() / sector_bytes_)
                return end_chain(link, "leads out of the disk");
            const Bytes sector = read_bytes(disk_, link * sector_bytes_, sector_start_bytes);
            if (!has_boot_signature(sector)) return end_chain(link, "is broken");
            const MbrEntries entries = mbr_entries(sector);
            add_partitions(entries, link, extended);
            const auto next = std::find_if(entries.begin(), entries.end(), [](const MbrEntry& e) {
                return e.is_used() && e.is_extended();
            });
            if (next == entries.end()) return;
            link = std::uint64_t{extended.first_sector} + next->first_sector;
        }
        end_chain(link, "has no end");
    }

private:
    void add_partitions(const MbrEntries& entries, std::uint64_t link, const MbrEntry& extended) {
        for (std::size_t i = 0; i < entries.size(); ++i) {
            const MbrEntry& entry = entries[i];
            if (!entry.is_used() || entry.is_extended()) continue;
            const std::uint64_t first = link + entry.first_sector;
            // The last two entries ought to be empty; some tools leave others' there, counted from
            // elsewhere. Linux takes them only where they lie in the extended partition.
            const std::uint64_t extended_end =
                std::uint64_t{extended.first_sector} + extended.sector_count;
            if (i >= 2 &&
                (first < extended.first_sector || first + entry.sector_count > extended_end)) {
                continue;
            }
            const std::uint32_t number = next_number_++;
            const auto range = range_in_disk(number, first, entry.sector_count, sector_bytes_,
                                             disk_.size_bytes(), faults_);
            if (range) partitions_.push_back({number, *range, type_text(entry.type), {}, true});
        }
    }

    void end_chain(std::uint64_t link, const char* what) {
        add_table_warning(faults_, std::string("the chain of logical partitions ") + what +
                                       " at sector " + std::to_string(link) +
                                       ": what follows was left out");
    }

    BlockDevice& disk_;
    std::uint32_t sector_bytes_;
    std::vector<Partition>& partitions_;
    TableFaults& faults_;
    std::uint32_t next_number_ = first_logical_number;
};

}  // namespace

bool has_boot_signature(ByteView sector) {
    return u16_at(sector, signature_at) == 0xaa55;
}

MbrEntries mbr_entries(ByteView sector) {
    MbrEntries entries;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const ByteView entry = slice(sector, entries_at + i * entry_bytes, entry_bytes);
        entries[i] = {std::to_integer<std::uint8_t>(entry[0]),
                      std::to_integer<std::uint8_t>(entry[4]), u32_at(entry, 8), u32_at(entry, 12)};
    }
    return entries;
}

bool are_plausible(const MbrEntries& entries) {
    return std::all_of(entries.begin(), entries.end(),
                       [](const MbrEntry& entry) { return (entry.boot_indicator & 0x7f) == 0; });
}

std::vector<Partition> read_mbr(BlockDevice& disk, const MbrEntries& entries,
                                std::uint32_t sector_bytes, TableFaults& faults) {
    std::vector<Partition> partitions;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const MbrEntry& entry = entries[i];
        if (!entry.is_used() || entry.is_extended() || entry.is_protective()) continue;
        const auto number = static_cast<std::uint32_t>(i + 1);
        const auto range = range_in_disk(number, entry.first_sector, entry.sector_count,
                                         sector_bytes, disk.size_bytes(), faults);
        if (range) partitions.push_back({number, *range, type_text(entry.type), {}, false});
    }
    LogicalPartitions logical(disk, sector_bytes, partitions, faults);
    for (const MbrEntry& entry : entries) {
        if (entry.is_used() && entry.is_extended()) logical.read(entry);
    }
    return partitions;
}

}  // namespace nlafix::disk
