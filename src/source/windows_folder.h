// SPDX-License-Identifier: GPL-2.0-or-later
// What the folders of a Windows volume are called.
#pragma once

#include <array>
#include <string_view>

namespace nlafix::source {

/// Where the hive lies in a Windows folder.
inline constexpr std::array<std::string_view, 3> hive_below_windows = {"System32", "config",
                                                                       "SYSTEM"};

/// What Windows appends to the name of a hive for its logs.
inline constexpr std::array<std::string_view, 3> log_suffixes = {".LOG", ".LOG1", ".LOG2"};

/// Set aside by an upgrade or by Windows itself: never the folder that boots.
bool is_set_aside(std::string_view folder_name);

}  // namespace nlafix::source
