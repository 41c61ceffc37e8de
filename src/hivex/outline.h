// SPDX-License-Identifier: GPL-2.0-or-later
// What an edit will need, before it is made.
// Owns: the arithmetic of how hivex allocates cells, and which pages of a hive it touches.
// Never: runs hivex, or says what the edited bytes will be.
#pragma once

#include "base/bytes.h"
#include "nla/plan.h"
#include "recovery/clean_hive.h"

namespace nlafix::hivex {

/// An image of the size that edit_image makes of `hive`, with its sequence numbers, which differs
/// from the hive in the pages in which the edited one will. For whoever has to find room for it; it
/// is no hive. Throws Error(malformed_hive) for a key that cannot be read.
Bytes outline_of_edit(const recovery::CleanHive& hive, const nla::Plan& plan);

}  // namespace nlafix::hivex
