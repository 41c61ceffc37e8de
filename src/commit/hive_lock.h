// SPDX-License-Identifier: GPL-2.0-or-later
// The open hive that is going to be written: locked, and still the one that the path names.
#pragma once

#include <string>

#include "os/file.h"

namespace nlafix::commit {

/// Opens `path` for reading and locks it against other runs of nlafix. Throws Error(in_use) when
/// another one has it, or when a program has it open for writing or locked.
os::File open_locked(os::System& system, const std::string& path);

}  // namespace nlafix::commit
