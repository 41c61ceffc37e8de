// SPDX-License-Identifier: GPL-2.0-or-later
// The file systems of Windows: what System::file_system says of them.
// Owns: the question, by the root of a volume.
// Never: says what lies in memory, which Windows does not tell.
#pragma once

#include <string>

#include "os/system.h"

namespace nlafix::os {

/// Of the file or folder `native`, a path of windows_paths.h, and of its folder. An errno value.
int read_file_system(const std::wstring& native, const std::wstring& folder,
                     FileSystemStatus& status);

}  // namespace nlafix::os
