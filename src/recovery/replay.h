// SPDX-License-Identifier: GPL-2.0-or-later
// The replay of transaction logs over a dirty primary file, as Windows does it when it loads the
// hive (specification: dirty state of a hive, multiple transaction log files).
// Owns: which logs apply, in which order, and what the base block says afterwards.
// Never: touches a file, or changes the primary file's bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "recovery/page_overlay.h"
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

/// What logs make of a dirty primary file: ranges of the logs over its bytes, and a base block.
struct ReplayPlan {
    /// The first 4096 bytes of the recovered hive, with equal sequence numbers and a right
    /// checksum; nothing when no log could be applied.
    std::optional<Bytes> base_block;
    PageOverlay pages;  // views the logs
    std::vector<LogUse> logs;
    /// What a user must know of a replay that stopped early.
    std::vector<std::string> warnings;
    bool bins_grew = false;
};

/// Plans the replay of `logs` over `primary`, which is dirty; of `primary` little more than its
/// head is read. The order in which the logs are given does not matter. Never throws for what is in
/// them; throws what `primary` does, and what regf::read_base_block does.
ReplayPlan plan_replay(ByteSource& primary, const std::vector<LogFile>& logs);

struct Replay {
    /// The recovered hive; nothing when no log could be applied.
    std::optional<Bytes> image;
    std::vector<LogUse> logs;  // the rest as in ReplayPlan
    std::vector<std::string> warnings;
    bool bins_grew = false;
};

/// Replays `logs` onto a copy of `primary`, as planned.
Replay replay_logs(ByteView primary, const std::vector<LogFile>& logs);

}  // namespace nlafix::recovery
