// SPDX-License-Identifier: GPL-2.0-or-later
// Values that hivex cannot keep as they are. It writes all values of a key anew when one is set.
// Owns: the list of what goes wrong.
// Never: calls hivex.
#pragma once

#include <optional>
#include <string>

#include "regf/key_node.h"

namespace nlafix::hivex {

/// Why the values of `key` would not survive an edit of one of them: names the value and the
/// reason. Nothing if they would. Throws Error(malformed_hive) for what cannot be read.
std::optional<std::string> find_hazard(const regf::KeyNode& key);

}  // namespace nlafix::hivex
