// SPDX-License-Identifier: GPL-2.0-or-later
// Transaction log files (specification: format of transaction log files).
// Owns: what a log says about its format and its sequence numbers.
// Never: touches a file, or applies anything (recovery/replay.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace nlafix::recovery {

/// A log as it lies beside the hive.
struct LogFile {
    std::string name;   // without its folder
    Bytes bytes;        // empty where it could not be read
    std::string error;  // why it could not be read

    bool operator==(const LogFile&) const = default;
};

/// What the name of a log says, in any case: Windows looks at them in this order.
enum class LogName { log1, log2, bare, other };
LogName name_of_log(const std::string& name);

enum class LogFormat { empty, old_format, new_format, unknown };

struct LogSummary {
    LogFormat format = LogFormat::empty;
    bool base_block_is_valid = false;  // signature, checksum, equal sequence numbers
    std::uint32_t sequence = 0;        // of a valid base block
    std::uint32_t file_type = 0;       // of a valid base block
    std::uint64_t timestamp = 0;       // of a base block with a right checksum
    /// Highest number in the base block and in any entry whose two hashes are good, remnants
    /// included; nothing where there is none.
    std::optional<std::uint32_t> highest_sequence;
    /// Entries in unbroken sequence from the base block's number, with good hashes.
    std::uint32_t entry_count = 0;
    std::uint32_t first_sequence = 0;
    std::uint32_t last_sequence = 0;

    bool is_valid(LogFormat which) const { return base_block_is_valid && format == which; }
};

/// Reads `log` in time linear in its size. Never throws for what is in it.
LogSummary summarize_log(ByteView log);

}  // namespace nlafix::recovery
