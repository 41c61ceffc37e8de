// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/table/partition_range.h"

#include <algorithm>
#include <utility>

namespace nlafix::disk {

void add_table_warning(TableFaults& faults, std::string warning) {
    std::vector<std::string>& warnings = faults.warnings;
    if (warnings.size() == most_table_warnings) {
        warnings.back() = "the partition table has more faults than are listed here";
    }
    if (warnings.size() < most_table_warnings) warnings.push_back(std::move(warning));
}

std::optional<DiskRange> range_in_disk(std::uint32_t number, std::uint64_t first,
                                       std::uint64_t count, std::uint32_t sector_bytes,
                                       std::uint64_t disk_bytes, TableFaults& faults) {
    const std::string name = "partition " + std::to_string(number);
    const std::uint64_t sectors = disk_bytes / sector_bytes;
    if (count != 0 && count > sectors - std::min(first, sectors)) faults.leaves_disk = true;
    if (count == 0 || first >= sectors) {
        add_table_warning(faults,
                          name + (count == 0 ? " has no valid size" : " lies outside of the disk") +
                              " and was left out");
        return std::nullopt;
    }
    if (count > sectors - first) {
        add_table_warning(faults, name +
                                      " reaches beyond the end of the disk: is the image or the "
                                      "disk complete?");
        count = sectors - first;
    }
    return DiskRange{first * sector_bytes, count * sector_bytes};
}

}  // namespace nlafix::disk
