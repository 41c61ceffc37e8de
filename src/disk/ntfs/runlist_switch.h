// SPDX-License-Identifier: GPL-2.0-or-later
// The runlist switch: what changed of a file goes to free clusters, then one sector of its MFT
// record makes them the file's own, then the old ones are set free. Owns: which clusters move, the
// new record, the order of the three epochs. Never: writes to a disk; verifies
// (disk/ntfs/plan_commit.h does).
//
// The new record keeps the number of its fix-ups, and all of the change lies in one sector of 512
// bytes: a disk writes that or does not. So there is no moment at which the record is torn, and the
// file is the old one or the new one. Where the record cannot be changed so, there is no switch.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "disk/ntfs/clusters.h"
#include "disk/ntfs/ntfs_volume.h"
#include "disk/ntfs/staging.h"

namespace nlafix::disk {

struct RunlistSwitch {
    std::string why_not;  // for a person; empty where there is one
    bool no_room = false;
    std::vector<ClusterRun> runs;   // of the file, afterwards
    std::vector<ClusterRun> freed;  // of the file, before
    std::vector<ClusterRun> fresh;  // those that are new to it
    std::vector<ClusterRun> moved;  // clusters of the file that come to lie in `fresh`, in order
    Bytes record;                   // its MFT record, as it is written
};

/// How `file`, which require_writable accepts, becomes `after`. Reads the volume only.
RunlistSwitch plan_switch(const VolumeOnDisk& volume, const NtfsFile& file, ByteView after,
                          std::uint64_t time);

/// Makes its three epochs. `ended` is called after each, and told whether the file is the new one.
void stage_switch(Staging& staging, const VolumeOnDisk& volume, const NtfsFile& file,
                  const RunlistSwitch& plan, ByteView after,
                  const std::function<void(bool is_new)>& ended);

}  // namespace nlafix::disk
