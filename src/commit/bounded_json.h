// SPDX-License-Identifier: GPL-2.0-or-later
// JSON from a folder that may be hostile.
// Owns: that its depth and the number of its values are known before memory is taken for them.
// Never: knows what the values mean.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace nlafix::commit {

struct JsonBounds {
    std::size_t most_depth = 0;
    std::size_t most_values = 0;  // objects and arrays count, keys do not
};

/// Nothing for what is no JSON, or exceeds `bounds`.
std::optional<nlohmann::ordered_json> parse_bounded_json(const std::string& text,
                                                         const JsonBounds& bounds);

}  // namespace nlafix::commit
