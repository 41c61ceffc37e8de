// SPDX-License-Identifier: GPL-2.0-or-later
// The way to a key by its names.
// Owns: what is followed on the way: no symbolic link.
// Never: creates a key.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "regf/key_node.h"

namespace nlafix::nla {

/// The key at `path` (ASCII, names joined by a backslash) below `from`; nothing where a part of it
/// is missing. `names` gets the stored names on the way, UTF-8. `place` says in messages what is
/// looked for. Throws Error(malformed_hive) for what cannot be read, or where a symbolic link leads
/// away.
std::optional<regf::KeyNode> walk_to_key(const regf::KeyNode& from, std::string_view path,
                                         const std::string& place, std::vector<std::string>& names);

}  // namespace nlafix::nla
