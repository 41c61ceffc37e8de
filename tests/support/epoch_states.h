// SPDX-License-Identifier: GPL-2.0-or-later
// What a power cut may leave of a list of epochs.
// Owns: the model: a sector of 512 bytes is written or not, each on its own; those behind a flush
// are
//   there. A header may be torn at every fourth byte all the same.
// Never: knows what the bytes mean.
#pragma once

#include <functional>
#include <vector>

#include "base/epoch.h"

namespace nlafix::test {

using Files = std::vector<Bytes>;  // by FileIndex

/// Calls `visit` with the state before each epoch, with every prefix of its sectors in the order of
/// its writes, with every tear of what goes to the start of a file or is shorter than a sector,
/// with `random_states` subsets of its sectors, and with the state at the end.
void visit_cuts(const Files& start, const std::vector<Epoch>& epochs, std::size_t random_states,
                const std::function<void(const Files&)>& visit);

/// What the files hold once all epochs are carried out.
Files carried_out(Files files, const std::vector<Epoch>& epochs);

}  // namespace nlafix::test
