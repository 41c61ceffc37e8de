// SPDX-License-Identifier: GPL-2.0-or-later
// A change of a hive in its own pages, in the order of its sequence numbers: the way that is left
// where the log cannot be written first. A cut leaves a hive that everybody sees to be unfinished.
// Owns: the order of the writes.
// Never: touches a file.
#pragma once

#include <vector>

#include "base/epoch.h"
#include "recovery/log_first.h"

namespace nlafix::recovery {

/// The epochs that turn `current` into `wanted`: room behind the end, the first bin's timestamp
/// (which stands in for that of a torn head, and must match no log of the old format in between),
/// the base blocks of the logs cleared, opening head, pages, final head, the file's end. Logs
/// beside the hive are of the past then; a torn head would let one be applied over what is written.
/// Of a dirty hive, which needs them until its head is above their numbers, the head comes first.
std::vector<Epoch> in_place_epochs(const HiveState& current, ByteView wanted);

}  // namespace nlafix::recovery
