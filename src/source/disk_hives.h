// SPDX-License-Identifier: GPL-2.0-or-later
// Where the SYSTEM hives of a disk lie, and their bytes.
// Owns: the search for Windows on the volumes of a disk; reading a hive and its logs from a volume.
// Never: changes anything, mounts anything.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "disk/block_device.h"
#include "disk/ntfs/ntfs_volume.h"
#include "disk/table/membership.h"
#include "disk/table/partition_table.h"
#include "disk/table/volume_kind.h"
#include "disk/table/volume_set.h"
#include "source/read_hive.h"

namespace nlafix::source {

/// A SYSTEM hive on a volume.
struct DiskHive {
    std::string path;        // in the volume: "Windows/System32/config/SYSTEM"
    bool set_aside = false;  // by an upgrade: never the one that boots
    bool is_lost = false;    // absent, a link or no hive, where all around it is a Windows
};

/// What is on one partition.
struct DiskVolume {
    disk::Partition partition;
    disk::VolumeKind kind = disk::VolumeKind::other;
    disk::ForeignContent foreign = disk::ForeignContent::unknown;  // where the kind is other
    disk::Membership membership = disk::Membership::none;
    std::optional<disk::SetMember> set;  // which set that is, and what to do about it
    std::string label;                   // of an NTFS volume
    std::string volume_id;               // its serial number, 16 hexadecimal digits
    std::vector<DiskHive> hives;
    std::optional<Error> error;  // why an NTFS volume could not be searched
};

/// What the volume holds, for a person: "NTFS", "LVM", "NTFS, Linux RAID (md)", "empty", "unknown".
std::string content_of(const DiskVolume& volume);

/// Looks at the volume of `table` that is `only`, or at every one where there is no such number;
/// reads folders, and the first bytes of hives.
std::vector<DiskVolume> search_volumes(disk::BlockDevice& device, const disk::PartitionTable& table,
                                       std::optional<std::uint32_t> only = std::nullopt);

/// The logs beside the hive at `path`, in the order in which Windows looks at them; one that cannot
/// be read is in the list with the reason. Throws Error(malformed_volume, io_error).
std::vector<recovery::LogFile> read_logs(disk::NtfsVolume& volume, const std::string& path);

/// The hive at `path` and its logs.
/// Throws Error(not_a_hive, unreadable_file, malformed_volume, io_error).
HiveFiles read_hive(disk::NtfsVolume& volume, const std::string& path);

/// Opens the hive `name` in the folder of the one at `path`, to be read by ranges; null where there
/// is none. `volume` must outlive it. Throws as read_hive does.
std::unique_ptr<OpenHive> open_beside(disk::NtfsVolume& volume, const std::string& path,
                                      const std::string& name);

}  // namespace nlafix::source
