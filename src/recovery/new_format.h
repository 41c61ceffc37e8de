// SPDX-License-Identifier: GPL-2.0-or-later
// Logs of Windows 8.1 and later: entries "HvLE" (specification: new format).
// Owns: reading and writing entries, and what they lay over a hive.
// Never: decides which log is applied, or in which order (recovery/replay.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "recovery/bins_range.h"
#include "recovery/page_overlay.h"

namespace nlafix::recovery {

/// An entry whose hashes, sizes and page references are all good.
struct LogEntry {
    std::uint32_t sequence = 0;
    std::uint32_t flags = 0;
    std::uint32_t bins_size_bytes = 0;
    std::uint32_t page_count = 0;
    std::uint32_t size_bytes = 0;
    ByteView references;  // 8 bytes for each page: offset in the hive bins data, size
    ByteView pages;       // one after the other, in the order of the references
};

struct NewFormatLog {
    /// Entries in unbroken sequence from the base block's number.
    std::vector<LogEntry> entries;
    /// True when the entry that should come next is there but damaged; false when the log just ends
    /// or goes on with remnants of an earlier use.
    bool ends_in_damage = false;
    std::string end_reason;  // for a person
};

/// Reads the entries of `log`, whose base block is valid, in time linear in its size.
NewFormatLog read_new_format(ByteView log, std::uint32_t first_sequence);

/// The highest sequence number of any entry with good hashes, wherever it lies in `log`; remnants
/// included. In time linear in its size, also for entries that a forger made overlap.
std::optional<std::uint32_t> highest_entry_sequence(ByteView log);

/// Lays the pages of `entry` over a primary file, which grows to what the entry needs. The base
/// block is left alone.
void lay_entry(const LogEntry& entry, PageOverlay& over);

/// An entry as Windows writes it, with both hashes: `pages` of `image` (a whole primary file) in
/// ascending order, its number of bins and flag, zeros up to where the entry ends at a multiple of
/// 4096 bytes in its log, in which it begins at `offset_in_log`.
Bytes write_entry(ByteView image, const std::vector<BinsRange>& pages, std::uint32_t sequence,
                  std::size_t offset_in_log);

}  // namespace nlafix::recovery
