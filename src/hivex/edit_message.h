// SPDX-License-Identifier: GPL-2.0-or-later
// Edits and their outcome as bytes on the channel of a confined process.
// Owns: the layout, known to both ends, which are one program: 32-bit little-endian numbers, and
//   texts behind their length.
// Never: does I/O.
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "hivex/hivex_calls.h"
#include "nla/plan.h"

namespace nlafix::hivex {

/// As much of each edit as hivex needs: path, place of the key, name, type and data of the value,
/// or that it goes.
Bytes packed(const std::vector<nla::PlannedEdit>& edits);
/// Throws Error(malformed_hive) for a message that is cut.
std::vector<nla::PlannedEdit> unpacked_edits(ByteView message);

constexpr std::size_t packed_outcome_bytes = 16;
Bytes packed(const Outcome& outcome);
/// Nothing for what `packed` makes of no outcome of these `edits`.
std::optional<Outcome> unpacked_outcome(ByteView message,
                                        const std::vector<nla::PlannedEdit>& edits);

}  // namespace nlafix::hivex
