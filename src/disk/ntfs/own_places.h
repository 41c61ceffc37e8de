// SPDX-License-Identifier: GPL-2.0-or-later
// What an undo may change on a volume, whatever its manifest says.
// Owns: the judgement of epochs that come from outside (src/commit/journal.h).
// Never: writes.
#pragma once

#include <string>
#include <vector>

#include "base/epoch.h"
#include "disk/block_device.h"

namespace nlafix::disk {

/// Throws Error(malformed_backup) unless `epochs` change nothing but what plan_commit could for the
/// file at `path`: its clusters and those of `others`, its MFT record, the bits of $Bitmap for its
/// clusters. `now` is the disk, `before` and `after` are that disk ahead of all epochs and behind
/// them. Throws Error(unclean_volume) unless each cluster of the file before belongs to it alone,
/// and those that it gets belong to nobody before. Takes time linear in what is written, and in the
/// number of the volume's files.
void require_own_places(BlockDevice& now, BlockDevice& before, BlockDevice& after,
                        const DiskRange& range, const std::string& path,
                        const std::vector<std::string>& others, const std::vector<Epoch>& epochs);

}  // namespace nlafix::disk
