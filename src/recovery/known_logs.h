// SPDX-License-Identifier: GPL-2.0-or-later
// What the logs beside a hive say about numbers, times and room, for the plan of a write
// (log_first.h). Indices are those of the list of logs.
// Never: replays anything, plans a write.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "recovery/transaction_log.h"

namespace nlafix::recovery {

class KnownLogs {
public:
    /// Views `logs`, which has to outlive it.
    explicit KnownLogs(const std::vector<LogFile>& logs);

    const LogSummary& operator[](std::size_t index) const { return summaries_.at(index); }

    /// The highest sequence number in any of them; 0 without one.
    std::uint32_t highest_sequence() const;
    /// The latest time in any of them (FILETIME); 0 without one.
    std::uint64_t latest_time() const;
    /// One that is numbered above `last`, if there is any.
    std::optional<std::size_t> numbered_above(std::uint32_t last) const;

    /// Whether one proves that Windows wrote the hive with this number through the new format: it
    /// ends with the entry before that.
    bool prove_new_format(std::uint32_t number) const;
    bool prove_old_format() const;

    /// For an entry that makes it `needed_bytes` long: the log that was begun first, of those with
    /// room; where none has, the first, if it may grow.
    std::optional<std::size_t> for_entry(std::size_t needed_bytes, bool may_grow) const;
    /// Of the old format the one that Windows looks at first: LOG1; on Windows XP and before, which
    /// know no other, LOG.
    std::optional<std::size_t> to_overwrite() const;

    /// Its base block is going to be cleared: it is the first for an entry then.
    void forget_sequence(std::size_t index) { summaries_.at(index).sequence = 0; }

private:
    const std::vector<LogFile>& logs_;
    std::vector<LogSummary> summaries_;
};

}  // namespace nlafix::recovery
