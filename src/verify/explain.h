// SPDX-License-Identifier: GPL-2.0-or-later
// Every byte in which an edited copy differs from its original, explained by the plan.
// Owns: the rules of what an edit may do to bins and cells.
// Never: judges the original, or looks at what did not change.
#pragma once

#include <cstdint>

#include "nla/plan.h"
#include "regf/hive.h"

namespace nlafix::verify {

/// Accepts `after` only if these are its differences to `before` behind the base block:
///   - the edited keys' time, count and list of values, and maximum lengths that grew as needed;
///   - cells that the edited keys' values had before and have no more, now free;
///   - cells that the edited keys' values have now, each named once, in what was free, with the
///     planned content and what the other values of the key held before;
///   - bins behind the last one, for these.
/// `before` must be sound, with one owner for each cell (regf/structure.h, hivex/hazards.h): then
/// equal bytes are an equal tree, and no second walk is needed. The first bin's timestamp is not
/// looked at. Throws Error(verification_failed) at the first difference that has no explanation,
/// Error(malformed_hive) where the copy cannot be read. Time is linear in the hive's size.
void explain_differences(const regf::Hive& before, const regf::Hive& after, const nla::Plan& plan,
                         std::uint64_t edit_time);

}  // namespace nlafix::verify
