// SPDX-License-Identifier: GPL-2.0-or-later
// Two hives walked side by side, key by key: the oracle for the explanation by bytes of src/verify.
#pragma once

#include <cstdint>

#include "nla/plan.h"
#include "regf/hive.h"

namespace nlafix::test {

/// Compares everything that hangs on the two roots. Both hives must be free of structural damage.
/// Throws Error(verification_failed) at the first difference that `plan` does not explain.
void compare_trees(const regf::Hive& before, const regf::Hive& after, const nla::Plan& plan,
                   std::uint64_t edit_time);

}  // namespace nlafix::test
