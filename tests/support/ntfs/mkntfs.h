// SPDX-License-Identifier: GPL-2.0-or-later
// Formatting with mkntfs of ntfs-3g.
#pragma once

#include <string>

#include "ntfs/ntfs_image.h"

namespace nlafix::test {

/// Makes an empty volume of the file at `path`, which exists and is as large as the volume. Throws
/// std::runtime_error.
void run_mkntfs(const std::string& path, const NtfsImageOptions& options);

}  // namespace nlafix::test
