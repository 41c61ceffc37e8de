// SPDX-License-Identifier: GPL-2.0-or-later
// Where two states of a hive differ.
// Never: touches a file, or knows what a log looks like.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/epoch.h"

namespace nlafix::recovery {

/// Bytes of the hive bins data that lie side by side.
struct BinsRange {
    std::uint32_t offset = 0;  // in the hive bins data
    std::uint32_t size_bytes = 0;
};

/// Pages of 4096 bytes of the hive bins data in which `after` differs from `before`, ascending,
/// neighbours as one. All that has grown counts as different. Both are whole primary files.
std::vector<BinsRange> changed_pages(ByteView before, ByteView after);

/// Writes that make `after` of `before`, sector by sector, neighbours as one, from `begin` on. What
/// is longer is written too; what is shorter is not cut.
std::vector<Write> changed_sectors(FileIndex file, ByteView before, ByteView after,
                                   std::size_t begin);

/// True when both are the same hive for a reader: version, root and hive bins. Numbers and times of
/// the head, and the time of the first bin, which are there for logs alone, do not count.
bool same_content(ByteView a, ByteView b);

}  // namespace nlafix::recovery
