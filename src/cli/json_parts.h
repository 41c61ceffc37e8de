// SPDX-License-Identifier: GPL-2.0-or-later
// What the objects of several schemas have in common.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "app/report.h"
#include "base/error.h"

namespace nlafix::cli {

/// Null for an empty text.
nlohmann::ordered_json text_or_null(const std::string& text);

/// Code, message and hint; null without an error.
nlohmann::ordered_json error_json(const std::optional<Error>& error);

/// Null where no control set could be looked at.
nlohmann::ordered_json machine_json(const std::optional<system::Machine>& machine);

}  // namespace nlafix::cli
