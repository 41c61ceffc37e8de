// SPDX-License-Identifier: GPL-2.0-or-later
// The choice of one Windows among those that a disk holds, and what is said when it is not one.
// Owns: the table of partitions for a person.
// Never: opens a disk.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "source/disk_hives.h"

namespace nlafix::app {

/// One Windows that was found.
struct FoundWindows {
    const source::DiskVolume* volume = nullptr;
    std::string hive;  // path in the volume
};

/// What the user said about it.
struct WantedWindows {
    std::optional<std::uint32_t> partition;
    std::string folder;  // such as "WINNT", also one that was set aside; empty: any that is live
};

/// What Windows it is, for the table; empty where that cannot be read.
using NameOfWindows = std::function<std::string(const FoundWindows&)>;

/// What messages say of the disk.
struct DiskWords {
    std::string path;
    bool is_cut = false;  // a partition lies, or ends, behind its end
};

/// The one Windows on `volumes` that is `wanted`. Throws Error(no_partition) where
/// there is no such partition, several_windows, no_windows, bitlocker, the reason why a volume
/// could not be searched, or malformed_disk where Windows may lie behind the end.
FoundWindows choose_windows(const std::vector<source::DiskVolume>& volumes,
                            const WantedWindows& wanted, const DiskWords& disk,
                            const NameOfWindows& name_of);

}  // namespace nlafix::app
