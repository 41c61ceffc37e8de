// SPDX-License-Identifier: GPL-2.0-or-later
// A private copy where the system has no place for one: beside the backup.
#pragma once

#include <string>

#include "os/scratch_file.h"

namespace nlafix::commit {

/// An empty file in `folder` (empty: that of the hive) that no more people may read than the hive,
/// and that goes with the object. Throws Error as File::open does.
os::ScratchFile make_scratch(const os::File& hive, const std::string& folder);

}  // namespace nlafix::commit
