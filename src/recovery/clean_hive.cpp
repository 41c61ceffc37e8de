// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/clean_hive.h"

#include <algorithm>

#include "base/error.h"

namespace nlafix::recovery {
namespace {

[[noreturn]] void throw_dirty(const regf::BaseBlock& base_block,
                              const std::vector<LogFile>& logs) {
    const std::string why =
        !base_block.checksum_is_right()
            ? "the checksum of its base block is wrong"
            : "its sequence numbers differ (" + std::to_string(base_block.primary_sequence) +
                  " and " + std::to_string(base_block.secondary_sequence) + ")";
    // An empty log holds nothing that could complete the hive.
    const bool has_logs = std::any_of(logs.begin(), logs.end(), [](const LogFile& log) {
        return !log.bytes.empty() || !log.error.empty();
    });
    if (!has_logs) {
        throw Error(ErrorCode::dirty_without_logs,
                    "the hive is dirty: " + why + ", and no transaction log is beside it")
            .hint("copy SYSTEM.LOG1 and SYSTEM.LOG2 from the same disk beside it");
    }
    throw Error(ErrorCode::dirty_logs_unsupported,
                "the hive is dirty: " + why +
                    "; its last changes are in its transaction logs, which this version does not "
                    "replay")
        .hint("let Windows write them: boot it once or load the hive with reg load, unload it, "
              "then run nlafix again");
}

}  // namespace

bool is_dirty(const regf::BaseBlock& base_block) {
    return !base_block.checksum_is_right() || !base_block.sequence_numbers_agree();
}

CleanHive require_clean(ByteView primary, const std::vector<LogFile>& logs) {
    const regf::BaseBlock base_block = regf::read_base_block(primary);
    if (is_dirty(base_block)) throw_dirty(base_block, logs);
    CleanHive clean;
    clean.image_ = primary;
    clean.stamp_.highest_sequence = base_block.primary_sequence;
    for (const LogFile& log : logs) {
        if (!log.error.empty()) {
            clean.warnings_.push_back("log " + log.name + " cannot be read (" + log.error +
                                      "); the hive is clean and does not need it");
        }
        const LogSummary summary = summarize_log(log.bytes);
        clean.stamp_.highest_sequence =
            std::max(clean.stamp_.highest_sequence, summary.highest_sequence.value_or(0));
        if (summary.format == LogFormat::old_format) clean.stamp_.new_timestamp = true;
    }
    // Three more are used: one while the hive is written, one when it is done, one by Windows.
    if (clean.stamp_.highest_sequence > 0xffffffffU - 3) {
        throw Error(ErrorCode::sequence_exhausted,
                    "the sequence numbers of the hive or its logs are used up (" +
                        std::to_string(clean.stamp_.highest_sequence) + ")")
            .hint("a forged or damaged log may say so: move the logs of this clean hive away, "
                  "then run it again");
    }
    return clean;
}

}  // namespace nlafix::recovery
