// SPDX-License-Identifier: GPL-2.0-or-later
// The comparison of two hives that hang on one plan; part of verify.cpp's work.
#pragma once

#include <cstdint>

#include "nla/plan.h"
#include "regf/hive.h"

namespace nlafix::verify {

/// Compares everything that hangs on the two roots. Both hives must be free of structural damage.
/// Throws Error(verification_failed) at the first difference that `plan` does not explain.
void compare_trees(const regf::Hive& before, const regf::Hive& after, const nla::Plan& plan,
                   std::uint64_t edit_time);

}  // namespace nlafix::verify
