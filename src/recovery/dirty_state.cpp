// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/dirty_state.h"

#include <algorithm>

namespace nlafix::recovery {
namespace {

std::string why_dirty(const regf::BaseBlock& base_block) {
    if (!base_block.checksum_is_right()) return "the checksum of its base block is wrong";
    return "its sequence numbers differ (" + std::to_string(base_block.primary_sequence) + " and " +
           std::to_string(base_block.secondary_sequence) + ")";
}

}  // namespace

bool is_dirty(const regf::BaseBlock& base_block) {
    return !base_block.checksum_is_right() || !base_block.sequence_numbers_agree();
}

Error no_log_applies(const regf::BaseBlock& base_block, const std::vector<LogFile>& logs,
                     const std::vector<LogUse>& uses) {
    // An empty log holds nothing that could complete the hive.
    const bool has_logs = std::any_of(logs.begin(), logs.end(), [](const LogFile& log) {
        return !log.bytes.empty() || !log.error.empty();
    });
    if (!has_logs) {
        return Error(ErrorCode::dirty_without_logs, "the hive is dirty: " + why_dirty(base_block) +
                                                        ", and no transaction log is beside it")
            .hint(
                "copy its .LOG1 and .LOG2 from the same disk beside it; --ignore-logs gives up "
                "what they hold");
    }
    std::string reasons;
    for (std::size_t i = 0; i < logs.size(); ++i) {
        reasons += (i == 0 ? "" : "; ") + logs[i].name + " " + uses[i].why;
    }
    return Error(ErrorCode::dirty_logs_unusable,
                 "the hive is dirty: " + why_dirty(base_block) +
                     ", and none of its transaction logs can be applied: " + reasons)
        .hint("look for better copies of the logs; --ignore-logs gives up what they hold");
}

}  // namespace nlafix::recovery
