// SPDX-License-Identifier: GPL-2.0-or-later
// Writes transaction log files from scratch, both formats.
//
// Owns: the bytes of base blocks, log entries and dirty vectors, with their hashes; its own
// Marvin32. Never: reads a log, or uses code of src/. It is the tests' own opinion of the format.
//
// Format: "Windows registry file format specification" (GitHub msuhanov/regf), section "Format of
// transaction log files".
#pragma once

#include <cstdint>
#include <vector>

#include "hive_builder.h"

namespace nlafix::fixture {

inline constexpr std::size_t log_sector_bytes = 512;

// Values of `file type` in the base block of a log.
inline constexpr std::uint32_t old_log_type = 1;
inline constexpr std::uint32_t new_log_type = 6;

/// Marvin32 with the seed of transaction logs; the upper half is the second state word.
std::uint64_t log_hash(const Bytes& data);

/// The first 512 bytes of a log beside `hive`: its base block, with both sequence numbers and the
/// file type replaced and the checksum mended.
Bytes log_base_block(const Bytes& hive, std::uint32_t sequence, std::uint32_t file_type);

struct LogPage {
    std::uint32_t offset = 0;  ///< in the hive bins data
    Bytes data;                ///< a multiple of 4096 bytes in sound logs
};

struct LogEntry {
    std::uint32_t sequence = 0;
    std::uint32_t bins_size_bytes = 0;
    std::vector<LogPage> pages;
    std::uint32_t flags = 0;
};

/// One entry, with both hashes, filled up with zeros to a multiple of 512 bytes.
Bytes log_entry(const LogEntry& entry);

/// Computes both hashes of the entry in `bytes` anew, after a test has changed it.
void mend_log_entry(Bytes& bytes);

/// A log of the new format: a base block with `sequence`, then the entries.
Bytes new_format_log(const Bytes& hive, std::uint32_t sequence,
                     const std::vector<LogEntry>& entries);

/// A sector of the hive bins data that an old log carries.
struct DirtySector {
    std::uint32_t index = 0;  ///< offset in the hive bins data, divided by 512
    Bytes data;               ///< 512 bytes
};

/// A log of the old format: base block, dirty vector, sectors. Sorts nothing: `sectors` must be in
/// ascending order, as the vector's bits are. The vector has a bit for each sector of the hive.
Bytes old_format_log(const Bytes& hive, std::uint32_t sequence,
                     const std::vector<DirtySector>& sectors);

// Offsets of fields of a log entry, for `put_*`.
namespace log_entry_field {
inline constexpr std::size_t size = 4, flags = 8, sequence = 12, bins_size = 16, page_count = 20,
                             hash_1 = 24, hash_2 = 32, first_page = 40;
}

}  // namespace nlafix::fixture
