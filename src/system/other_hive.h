// SPDX-License-Identifier: GPL-2.0-or-later
// Which of the other hives of Windows one is that was given for SYSTEM.
#pragma once

#include <optional>
#include <string_view>

#include "regf/key_node.h"

namespace nlafix::system {

/// "the SOFTWARE hive", "a user's UsrClass.dat" and such, by the keys below `root`; nothing for
/// SYSTEM and for hives that Windows has not. Throws Error(malformed_hive).
std::optional<std::string_view> other_hive(const regf::KeyNode& root);

}  // namespace nlafix::system
