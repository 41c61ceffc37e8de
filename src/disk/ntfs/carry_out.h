// SPDX-License-Identifier: GPL-2.0-or-later
// Carrying out a commit to a disk, and its way back.
// Owns: the order on the real disk, the reversal, the look at how far a commit has come.
// Never: makes a plan (disk/ntfs/plan_commit.h), or keeps one (the undo journal does).
#pragma once

#include <vector>

#include "disk/block_device.h"
#include "disk/ntfs/commit_plan.h"

namespace nlafix::disk {

/// Carries out `epochs` in order, with a flush after each. Throws Error(unconfirmed_write) once a
/// byte may have changed.
void carry_out(BlockDevice& device, const std::vector<DiskEpoch>& epochs);

/// The way back: the epochs in reverse order, every write putting back what it replaced. It leads
/// from any state that a cut of `epochs` leaves to the one before them.
std::vector<DiskEpoch> reversed(const std::vector<DiskEpoch>& epochs);

enum class CommitState {
    before,   // nothing of the commit is on the disk
    after,    // all of it
    between,  // every byte is one that a write of the commit puts there, or replaces: it was cut
    foreign   // something else wrote there since
};

/// How far the commit of `epochs` has come on `device`. Read back after carry_out, this is `after`.
CommitState state_on(BlockDevice& device, const std::vector<DiskEpoch>& epochs);

}  // namespace nlafix::disk
