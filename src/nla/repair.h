// SPDX-License-Identifier: GPL-2.0-or-later
// Repairs beyond the two entries. None is made unless its code was asked for.
// Owns: what a finding's repair writes.
// Never: decides to repair.
#pragma once

#include <string>
#include <vector>

#include "nla/diagnosis.h"
#include "nla/plan.h"

namespace nlafix::nla {

/// The rules that have a repair, in their order.
std::vector<const Rule*> repairs();

/// True for the code of one of them.
bool is_repair(const std::string& code);

/// Adds to `plan` an edit for each finding whose code is in `codes`. A code without a finding adds
/// nothing. A value that cannot be read is an obstacle (malformed_value), as it is for the two
/// lists. A repair may create the value that it names, and never a key.
void add_repairs(const Diagnosis& diagnosis, const std::vector<std::string>& codes, Plan& plan);

}  // namespace nlafix::nla
