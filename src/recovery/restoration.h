// SPDX-License-Identifier: GPL-2.0-or-later
// The way back from a hive that was written with the log first: its old content in the same way,
// with higher numbers, and only then the exact bytes of primary file and logs.
// Owns: the order of both.
// Never: touches a file.
#pragma once

#include <cstdint>

#include "recovery/log_first.h"

namespace nlafix::recovery {

/// How `current` becomes `original`, to the byte. Both have the same logs by name, in the same
/// order; one that is not there is empty. `now` (FILETIME) is for the times of old-format logs.
/// At every moment Windows makes of what it finds the content that `current` or `original` has.
/// `final_sequence` and `which` mean nothing here. Throws what regf::read_base_block throws.
LogFirst plan_restoration(const HiveState& current, const HiveState& original, std::uint64_t now,
                          Growth growth);

/// The content of a hive as Windows would have it: of a dirty one the replayed image, empty where
/// no log completes it.
Bytes content_of(const HiveState& state);

}  // namespace nlafix::recovery
