// SPDX-License-Identifier: GPL-2.0-or-later
// Epochs on a medium, and how far they have come.
// Owns: the order on the real medium, the look at what is there.
// Never: makes a plan, or keeps one (the journal does).
#pragma once

#include <vector>

#include "commit/medium.h"

namespace nlafix::commit {

/// Flushes what `epochs` write. What is seen of a run that was killed need not be on the disk, and
/// what is decided by it must not be there before it.
void flush_all(Medium& medium, const std::vector<Epoch>& epochs);

/// Carries out `epochs` in order, with a flush after each; the medium must give back what was
/// written before the next one begins. Only what differs is written: a medium that has no room left
/// takes no more than it has to. Throws Error; then some of it may be there if `touched`, which
/// becomes true right before the first write.
void carry_out(Medium& medium, const std::vector<Epoch>& epochs, bool& touched);

enum class CommitState {
    before,   // nothing of the epochs is there
    after,    // all of it
    between,  // every byte is one that an epoch puts there, or replaces: it was cut
    foreign   // something else wrote there since
};

struct Progress {
    CommitState state = CommitState::foreign;
    /// Of so many epochs something may be there; no later one was begun.
    std::size_t begun = 0;
};

/// How far `epochs` (with their `before`) have come on `medium`. Time and memory are linear in what
/// they write.
Progress progress_on(Medium& medium, const std::vector<Epoch>& epochs);

/// Undoes the epochs that were begun. False where the medium is not as before all of them then, or
/// does not say so.
bool take_back(Medium& medium, const std::vector<Epoch>& epochs);

}  // namespace nlafix::commit
