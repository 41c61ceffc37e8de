// SPDX-License-Identifier: GPL-2.0-or-later
// Who else may write to a file.
// Owns: the question in its two forms, and the words for the answer.
// Never: waits, or keeps anybody out.
#pragma once

#include <optional>
#include <string>

#include "os/file.h"

namespace nlafix::os {

/// Who besides this process has `file`, which is open for reading only, open for writing:
/// "VBoxHeadless (process 4711)". Nothing where nobody has, as far as the system can tell.
std::optional<std::string> writer_of(const File& file);

/// The processes among them alone: also of a file that the kernel has open for a loop device.
std::optional<std::string> writing_process(const File& file);

}  // namespace nlafix::os
