// SPDX-License-Identifier: GPL-2.0-or-later
// What a TARGET is, and where its SYSTEM hive lies.
// Owns: telling a hive from a folder by content; the search in a folder, without regard to case.
// Never: changes anything, follows a link out of a folder.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "os/system.h"

namespace nlafix::source {

enum class TargetKind { hive, folder, disk };

struct HiveLocation {
    TargetKind kind = TargetKind::hive;
    /// Of the hive: absolute, links resolved. On a disk, what people call it: the disk, the
    /// partition, and the path in the volume.
    std::string path;
};

/// Finds the hive of `target`: a hive file, or a folder that is the root of a Windows volume, its
/// Windows folder or its config folder. Throws Error (no_such_file, not_a_hive, no_windows,
/// several_windows with the list in its message, link_leads_out, no_permission, io_error). Of the
/// root of a volume `windows_folder` names the Windows folder, where there is more than one.
HiveLocation find_hive(os::System& system, const std::string& target,
                       const std::string& windows_folder = "");

/// Where the hive lies in a Windows folder.
inline constexpr std::array<std::string_view, 3> hive_below_windows = {"System32", "config",
                                                                       "SYSTEM"};

/// What Windows appends to the name of a hive for its logs.
inline constexpr std::array<std::string_view, 3> log_suffixes = {".LOG", ".LOG1", ".LOG2"};

/// Set aside by an upgrade or by Windows itself: never the folder that boots.
bool is_set_aside(std::string_view folder_name);

}  // namespace nlafix::source
