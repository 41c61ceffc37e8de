// SPDX-License-Identifier: GPL-2.0-or-later
// Values that only tell what something is called: one that cannot be read is none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "regf/key_node.h"

namespace nlafix::system {

/// The key below `from`; nothing where it is absent or cannot be read.
std::optional<regf::KeyNode> key_at(const regf::KeyNode& from, std::string_view path);

/// Names of the subkeys, UTF-8, at most `most`; none where they cannot be read.
std::vector<std::string> subkeys_of(const regf::KeyNode& key, std::size_t most);

/// The data of a value with its type (any for `any_type`), at most `most_bytes`; nothing where it
/// is absent, of another type, longer, or cannot be read. "" is the default value.
inline constexpr std::uint32_t any_type = 0xffffffff;
std::optional<Bytes> data_at(const regf::KeyNode& key, std::string_view name, std::uint32_t type,
                             std::size_t most_bytes);

/// Text up to its first NUL, UTF-8; empty where there is none.
std::string text_at(const regf::KeyNode& key, std::string_view name);
std::optional<std::uint32_t> number_at(const regf::KeyNode& key, std::string_view name);
/// The strings of a REG_MULTI_SZ, up to the first empty one.
std::vector<std::string> strings_at(const regf::KeyNode& key, std::string_view name);

}  // namespace nlafix::system
