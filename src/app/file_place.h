// SPDX-License-Identifier: GPL-2.0-or-later
// A hive that is a file of this machine: in a folder, or on a mounted volume.
#pragma once

#include <memory>
#include <string>

#include "app/hive_place.h"

namespace nlafix::app {

/// The hive at `location`.
std::unique_ptr<HivePlace> make_file_place(os::System& system,
                                           const source::HiveLocation& location);

/// Throws Error(hibernated) when the volume of `hive_path` belongs to a Windows that only sleeps.
void refuse_hibernation(os::System& system, const std::string& hive_path);

}  // namespace nlafix::app
