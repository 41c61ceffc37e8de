// SPDX-License-Identifier: GPL-2.0-or-later
// What the manifest of a fix on a disk says besides: which disk, which volume, and the undo
// journal. Owns: the JSON form of these. Never: opens a disk.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "disk/block_device.h"
#include "disk/ntfs/commit_plan.h"

namespace nlafix::commit {

struct DiskRecord {
    std::string format;  // of the image: "raw", "qcow2", ...; "nbd" for a server
    std::uint64_t size_bytes = 0;
    std::uint32_t partition = 0;  // 0: the disk is one volume
    disk::DiskRange volume;
    std::string volume_id;  // the NTFS volume's serial number
    std::string hive;       // its path in the volume
    /// The undo journal: what every written range held before, and holds afterwards.
    disk::CommitPlan plan;
};

/// "runlist-switch", "log-first", "in-place".
const char* word_of(disk::CommitMethod method);

nlohmann::ordered_json json_of(const DiskRecord& record);

/// Throws nlohmann's exceptions, or Error(malformed_backup) for a volume that leaves its disk,
/// writes that leave the volume or are not of whole sectors, and words that are none.
DiskRecord disk_record_from(const nlohmann::ordered_json& json);

}  // namespace nlafix::commit
