// SPDX-License-Identifier: GPL-2.0-or-later
// A commit to a disk as a value: which bytes are written in which order, and what they replace.
// Owns: the types alone. A pure plan can be enumerated, journaled, carried out and taken back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace nlafix::disk {

/// One write: `before` and `after` are of the same size, a multiple of the device's alignment.
struct DiskWrite {
    std::uint64_t offset = 0;  // on the device
    Bytes before;
    Bytes after;
};

/// Writes in any order, then one flush.
struct DiskEpoch {
    std::vector<DiskWrite> writes;
};

enum class CommitMethod { runlist_switch, log_first, in_place };

struct CommitPlan {
    CommitMethod method = CommitMethod::runlist_switch;
    std::string reason;  // why not the runlist switch, for -v; empty where it is
    std::vector<DiskEpoch> epochs;
};

}  // namespace nlafix::disk
