// SPDX-License-Identifier: GPL-2.0-or-later
// The disks of this machine, and what is mounted of them.
// Owns: where each platform lists them.
// Never: reads a device.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "os/system.h"

namespace nlafix::os {

/// A whole disk, or what looks like one: an array, a mapped device, a loop device, a drive.
struct DiskEntry {
    std::string path;              // "/dev/sdb", "/dev/mapper/root", "D:\"
    std::string model;             // as the system names it; may be empty
    std::uint64_t size_bytes = 0;  // 0 where the list does not say
    /// Its partitions that have a device of their own: number and path.
    std::map<std::uint32_t, std::string> partitions;
    /// What is built on it or on its partitions, by the path of the part: "md0", "dm-1".
    std::map<std::string, std::vector<std::string>> holders;
};

/// Where the lists lie; other folders than these are for tests.
struct DeviceFolders {
    std::string sys = "/sys";
    std::string proc = "/proc";
    std::string dev = "/dev";
};

/// The disks of this machine, sorted; empty ones, such as a loop device without a file, are left
/// out. Throws Error(no_such_file) where this platform has no such list.
std::vector<DiskEntry> disks_of_machine(System& system, const DeviceFolders& folders = {});

/// Who else may write to the file behind the loop device `device` (absolute, without links, or a
/// partition of one): another loop device over that file, if it is in use, or a process. Nothing
/// for any other device, and where the system does not say.
std::optional<std::string> other_user_of_loop(System& system, const std::string& device,
                                              const DeviceFolders& folders = {});

/// Where devices are mounted: path of the device, without links, to mount points. Empty where the
/// system does not say.
std::multimap<std::string, std::string> mounts_of_devices(System& system);

}  // namespace nlafix::os
