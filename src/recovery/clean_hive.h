// SPDX-License-Identifier: GPL-2.0-or-later
// The state of a hive as a type: only a clean one can be edited.
// Owns: the decision whether a hive is dirty, and the numbers that an edit of it must exceed.
// Never: touches a file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "recovery/transaction_log.h"
#include "regf/base_block.h"

namespace nlafix::recovery {

/// True when the primary file needs its logs: wrong checksum, or sequence numbers that differ
/// (specification: dirty state of a hive).
bool is_dirty(const regf::BaseBlock& base_block);

/// A hive whose primary file holds all that there is. Only `require_clean` makes one.
class CleanHive {
public:
    /// The primary file; the caller owns the bytes and keeps them.
    ByteView image() const { return image_; }

    /// What the base block of an edited hive must carry, so that a torn or unfinished write can
    /// never bring entries of an old log back over the edit.
    struct Stamp {
        std::uint32_t highest_sequence = 0;  // in the primary file and in all its logs
        bool new_timestamp = false;          // beside logs of the old format
    };
    const Stamp& stamp() const { return stamp_; }
    /// Logs that could not be read; they are not needed for a clean hive.
    const std::vector<std::string>& warnings() const { return warnings_; }

private:
    friend CleanHive require_clean(ByteView primary, const std::vector<LogFile>& logs);
    CleanHive() = default;

    ByteView image_;
    Stamp stamp_;
    std::vector<std::string> warnings_;
};

/// The hive, if its primary file is clean. Throws Error(dirty_without_logs) or
/// Error(dirty_logs_unsupported) if it is dirty, Error(sequence_exhausted) if no number is left,
/// and what regf::read_base_block throws.
CleanHive require_clean(ByteView primary, const std::vector<LogFile>& logs);

}  // namespace nlafix::recovery
