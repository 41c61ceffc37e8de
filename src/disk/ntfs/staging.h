// SPDX-License-Identifier: GPL-2.0-or-later
// Epochs in the making: what is written into memory becomes the writes of a commit.
// Owns: the two overlays, and the list that grows.
// Never: writes to the disk below.
#pragma once

#include <utility>
#include <vector>

#include "base/epoch.h"
#include "disk/overlay_device.h"

namespace nlafix::disk {

class Staging {
public:
    /// `disk` must outlive it.
    explicit Staging(BlockDevice& disk) : done_(disk), epoch_(static_cast<BlockDevice&>(done_)) {}

    /// Takes the writes of the epoch that is being made.
    BlockDevice& epoch() { return epoch_; }
    /// The disk as it is after the epochs that were ended.
    BlockDevice& disk() { return done_; }
    const std::vector<Epoch>& epochs() const { return epochs_; }

    /// What was written since the last end becomes an epoch, unless it changes nothing.
    void end_epoch(const std::string& what) {
        Epoch ended{what, epoch_.changes()};
        epoch_.discard();
        if (ended.writes.empty()) return;
        for (const Write& write : ended.writes) done_.write(write.after, write.offset);
        epochs_.push_back(std::move(ended));
    }

private:
    OverlayDevice done_;
    OverlayDevice epoch_;
    std::vector<Epoch> epochs_;
};

}  // namespace nlafix::disk
