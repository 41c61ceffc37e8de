// SPDX-License-Identifier: GPL-2.0-or-later
// Epochs of writes into files, as epochs of writes to the disk that the files lie on.
// Owns: the translation, and the reasons why there may be none.
// Never: touches a structure of NTFS.
#pragma once

#include <string>
#include <vector>

#include "base/epoch.h"
#include "disk/ntfs/clusters.h"
#include "disk/ntfs/ntfs_volume.h"
#include "disk/ntfs/staging.h"

namespace nlafix::disk {

/// Files as they are stored, by FileIndex.
struct InPlace {
    std::string why_not;  // for a person; empty where it can be done
    std::vector<NtfsFile> files;
};

/// Looks up the files at `paths` that `epochs` write, and whether each write lies inside of what
/// the file has on the disk.
InPlace plan_in_place(NtfsVolume& ntfs, const std::vector<Epoch>& epochs,
                      const std::vector<std::string>& paths);

/// Makes an epoch of each of `epochs`.
void stage_in_place(Staging& staging, const VolumeOnDisk& volume, const InPlace& plan,
                    const std::vector<Epoch>& epochs);

}  // namespace nlafix::disk
