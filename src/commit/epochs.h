// SPDX-License-Identifier: GPL-2.0-or-later
// A write in place as an ordered list of epochs: everything in one is on the disk before the next
// begins.
// Owns: the order of the writes, and what a hive may look like in between.
// Never: touches a file (commit/commit.h carries the list out).
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/epoch.h"

namespace nlafix::commit {

enum class Direction { fix, undo };

/// The epochs that turn `current` into `wanted`, with `opening` as its head in between: room
/// behind the end, opening head, changed pages, final head, the file's end. The timestamp of the
/// first bin, which stands in for that of a torn head, changes before all else in a fix and after
/// all else in an undo: a log of the old format must not match it in between.
std::vector<Epoch> in_place_epochs(ByteView current, ByteView wanted, ByteView opening,
                                   Direction direction);

/// The opening head of a fix from `before` to `after`, and of the undo of it: unequal sequence
/// numbers above all others, and the timestamp of `after`.
Bytes opening_head_of_fix(ByteView before, ByteView after);
Bytes opening_head_of_undo(ByteView after);

/// True when every byte of `found` is one that a write between `before` and `after`, in either
/// direction, puts there: a write that was cut, at whatever point, and nothing else.
bool is_cut_write(ByteView found, ByteView before, ByteView after);

}  // namespace nlafix::commit
