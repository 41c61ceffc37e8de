// SPDX-License-Identifier: GPL-2.0-or-later
// A hive that is written elsewhere, for other tools.
#pragma once

#include <string>

#include "os/file.h"

namespace nlafix::commit {

/// Writes `content` to the new file `path`, readable by no more people than `like`, flushes it and
/// its folder, and reads it back. Throws Error(output_exists) where there is such a file; nothing
/// is left behind after any Error.
void write_output(const os::File& like, const std::string& path, ByteView content);

}  // namespace nlafix::commit
