// SPDX-License-Identifier: GPL-2.0-or-later
// From an edited file on an NTFS volume to the ordered writes that bring it to the disk.
// Owns: the choice between the runlist switch and in place, and the proof, in an overlay in memory,
//   that the volume is whole after them.
// Never: writes to the disk (src/commit does), or knows what a hive is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/epoch.h"
#include "disk/block_device.h"

namespace nlafix::disk {

struct FileChange {
    std::string path;  // on the volume, "Windows/System32/config/SYSTEM"
    ByteView before;   // what was read from it
    ByteView after;
    std::uint64_t time = 0;  // FILETIME of the edit, which the switch gives to the file
    /// The way that is taken where the runlist cannot be switched: how `before` is overwritten, in
    /// an order that leaves nothing undetected. It may end in other bytes than `after`, and write
    /// into other files; none grows. Without epochs there is no such way.
    WritePlan in_place;
    std::vector<std::string> in_place_files;  // paths by FileIndex; the first is `path`
};

/// The commit of `change` to the volume in `range`, verified in an overlay; its offsets are those
/// of the disk. Nothing is written to `device`. Throws Error: what require_writable
/// (disk/ntfs/ntfs_volume.h) refuses; hive_changed where the file is not `before`; unclean_volume
/// where clusters are marked free but used, or used twice; unsuitable_file or no_room where neither
/// way can be taken; verification_failed.
WritePlan plan_commit(BlockDevice& device, const DiskRange& range, const FileChange& change);

/// How many bytes plan_commit would write for `change`, whose `after` may be no more than an
/// outline: of the right size, and other than `before` in the right pages. Throws what plan_commit
/// throws, but for what takes a look at every file of the volume, or shows only in the
/// verification.
std::uint64_t foresee_commit(BlockDevice& device, const DiskRange& range, const FileChange& change);

}  // namespace nlafix::disk
