// SPDX-License-Identifier: GPL-2.0-or-later
// A report for a person.
#pragma once

#include <cstddef>
#include <string>

#include "app/report.h"

namespace nlafix::cli {

struct TextStyle {
    bool color = false;
    bool verbose = false;
};

/// What a report with its error has at most, unless a path alone is longer.
inline constexpr std::size_t most_text_bytes = std::size_t{16} * 1024;

/// The report, for stdout. What comes from hive or disk is escaped, and what would be too long is
/// counted instead; the way back is never cut. Empty where there is
/// nothing to say besides the error.
std::string text_report(const app::Report& report, const TextStyle& style);

/// What even --quiet says: the path of the backup that a fix has made.
std::string quiet_report(const app::Report& report);

/// Error and hint of the report, for stderr; empty without one.
std::string error_text(const app::Report& report);
std::string error_text(const std::string& message, const std::string& hint,
                       const std::vector<WindowsChoice>& choices = {});

}  // namespace nlafix::cli
