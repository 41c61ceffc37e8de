// SPDX-License-Identifier: GPL-2.0-or-later
// The replay of transaction logs onto a copy of a dirty primary file, as Windows does it when it
// loads the hive (specification: dirty state of a hive, multiple transaction log files).
// Owns: which logs apply, in which order, and what the base block says afterwards.
// Never: touches a file, or changes the primary file's bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "recovery/transaction_log.h"

namespace nlafix::recovery {

/// What became of one log, in the order of the logs that were given.
struct LogUse {
    bool applied = false;
    std::uint32_t entries = 0;  // applied; 1 for a log of the old format
    std::uint64_t pages = 0;    // applied
    std::uint32_t first_sequence = 0;
    std::uint32_t last_sequence = 0;
    std::string why;  // why it was not applied, or what ended it
};

struct Replay {
    /// The recovered hive, with equal sequence numbers and a right checksum; nothing when no log
    /// could be applied.
    std::optional<Bytes> image;
    std::vector<LogUse> logs;
    /// What a user must know of a replay that stopped early.
    std::vector<std::string> warnings;
    bool bins_grew = false;
};

/// Replays `logs` onto a copy of `primary`, which is dirty. The order in which the logs are given
/// does not matter. Never throws for what is in them.
Replay replay_logs(ByteView primary, const std::vector<LogFile>& logs);

}  // namespace nlafix::recovery
