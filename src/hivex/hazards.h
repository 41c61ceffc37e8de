// SPDX-License-Identifier: GPL-2.0-or-later
// Values that hivex cannot keep as they are. It writes all values of a key anew when one is set.
// Owns: the list of what goes wrong.
// Never: calls hivex.
#pragma once

#include <optional>
#include <string>

#include "nla/plan.h"
#include "recovery/clean_hive.h"
#include "regf/cell_set.h"
#include "regf/key_node.h"

namespace nlafix::hivex {

/// Why the values of `key` would not survive an edit of one of them: names the value and the
/// reason. Nothing if they would. `shared` are the shared cells of the whole hive
/// (regf::check_structure): hivex frees the cells of `key`, under whatever else owns them, too.
/// Throws Error(malformed_hive) for what cannot be read.
std::optional<std::string> find_hazard(const regf::KeyNode& key, const regf::CellSet& shared);

/// Throws Error(unsafe_sibling) for a value that hivex would not keep, or that another key would
/// lose.
void require_no_hazard(const recovery::CleanHive& hive, const nla::Plan& plan,
                       const regf::CellSet& shared);

}  // namespace nlafix::hivex
