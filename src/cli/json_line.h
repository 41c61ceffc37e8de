// SPDX-License-Identifier: GPL-2.0-or-later
// One JSON object on one line, as every command prints it.
// Owns: what the objects of several schemas have in common, the escapes that JSON alone does not
// ask for, and the limit of a line's length.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "app/report.h"
#include "base/error.h"

namespace nlafix::cli {

inline constexpr std::size_t most_json_bytes = std::size_t{256} * 1024;

/// `json` on one line, with a newline; at most `most_bytes` long. Invisible characters
/// (base/invisible.h) are escaped; lone surrogates and bytes that are no UTF-8 become U+FFFD. Where
/// the object is too large, its texts and arrays are cut, `"shortened": true` says so, and paths
/// stay whole.
std::string json_line(nlohmann::ordered_json json, std::size_t most_bytes = most_json_bytes);

/// Null for an empty text.
nlohmann::ordered_json text_or_null(const std::string& text);

/// Code, message and hint; null without an error.
nlohmann::ordered_json error_json(const std::optional<Error>& error);

/// Null where no control set could be looked at.
nlohmann::ordered_json machine_json(const std::optional<system::Machine>& machine);

}  // namespace nlafix::cli
