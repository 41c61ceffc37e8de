// SPDX-License-Identifier: GPL-2.0-or-later
// One JSON object on one line, as every command prints it.
// Owns: the escapes that JSON alone does not ask for, and the limit of a line's length.
// Never: knows what is in the object.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace nlafix::cli {

inline constexpr std::size_t most_json_bytes = std::size_t{256} * 1024;

/// `json` on one line, with a newline; at most `most_bytes` long. Invisible characters
/// (base/invisible.h) are escaped; lone surrogates and bytes that are no UTF-8 become U+FFFD. Where
/// the object is too large, its texts and arrays are cut, `"shortened": true` says so, and paths
/// stay whole.
std::string json_line(nlohmann::ordered_json json, std::size_t most_bytes = most_json_bytes);

}  // namespace nlafix::cli
