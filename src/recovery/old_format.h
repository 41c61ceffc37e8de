// SPDX-License-Identifier: GPL-2.0-or-later
// Logs up to Windows 8: a dirty vector "DIRT" and pages of 512 bytes (specification: old format).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "recovery/bins_range.h"
#include "recovery/page_overlay.h"

namespace nlafix::recovery {

/// Pages of 512 bytes that follow each other, in the hive and in the log.
struct DirtyRange {
    std::uint64_t offset_in_bins = 0;
    ByteView bytes;
};

struct OldFormatLog {
    std::vector<DirtyRange> ranges;
    std::uint64_t page_count = 0;
    std::string error;  // why it cannot be applied; empty when it can
};

/// Reads the dirty vector and pages of `log`, whose base block is valid, for hive bins data of
/// `bins_size_bytes`. The pages begin at the next sector behind the vector, whose length depends on
/// the hive's size.
OldFormatLog read_old_format(ByteView log, std::uint32_t bins_size_bytes);

/// Lays the ranges over a primary file.
void lay_ranges(const OldFormatLog& log, PageOverlay& over);

/// A whole log as Windows writes it behind `base_block` (512 bytes, see log_base_block): dirty
/// vector and `pages` of `image`, a whole primary file; whole pages of 4096 bytes, in ascending
/// order.
Bytes write_old_format(ByteView base_block, ByteView image, const std::vector<BinsRange>& pages);

}  // namespace nlafix::recovery
