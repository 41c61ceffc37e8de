// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the volume of a hive belongs to a Windows that only sleeps.
#pragma once

#include <optional>
#include <string>

#include "os/system.h"

namespace nlafix::source {

/// The path of a hiberfil.sys that says "hibernated" (or fast startup), in the root of the volume
/// that `hive_path` (absolute) lies on; judged as ntfs-3g does. Windows would resume with the
/// registry that it has in memory, and write it over any edit. Throws Error if it cannot be read.
std::optional<std::string> find_hibernation(os::System& system, const std::string& hive_path);

}  // namespace nlafix::source
