// SPDX-License-Identifier: GPL-2.0-or-later
// What $LogFile begins with.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "ntfs/ntfs_image.h"

namespace nlafix::test {

/// Two restart pages of 4096 bytes for a $LogFile of `file_bytes`: see logfile.h of libntfs-3g.
Bytes restart_pages(std::uint64_t file_bytes, Journal journal);

}  // namespace nlafix::test
