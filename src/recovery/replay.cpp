// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/replay.h"

#include <algorithm>

#include "recovery/new_format.h"
#include "recovery/old_format.h"
#include "regf/base_block.h"

namespace nlafix::recovery {
namespace {

struct Candidate {
    std::size_t index = 0;  // in the logs that were given
    regf::BaseBlock base_block;
    NewFormatLog entries;  // of the new format
};

class Replayer {
public:
    Replayer(ByteSource& primary, const std::vector<LogFile>& logs)
        : primary_(primary),
          head_(read_range(primary, 0, regf::base_block_size_bytes)),
          logs_(logs),
          base_block_(regf::read_base_block(head_)),
          header_is_good_(base_block_.checksum_is_right()) {
        replay_.logs.resize(logs.size());
    }

    ReplayPlan run() {
        sort_out();
        // A log of the new format is written by a Windows that writes no other.
        if (!new_logs_.empty()) {
            replay_new();
        } else {
            replay_old();
        }
        return std::move(replay_);
    }

private:
    void sort_out();
    void replay_new();
    bool apply_new(const Candidate& log, std::uint32_t& flags);
    void replay_old();
    bool apply_old(const Candidate& log);
    bool is_of_this_state(const regf::BaseBlock& log) const;
    bool is_stale(const Candidate& log) const;
    bool changes_nothing(const Candidate& log) const;
    bool is_possible_size(std::uint32_t bins_size_bytes) const;
    Bytes base_block_by(const Candidate& log) const;
    void finish(Bytes base_block, std::uint32_t sequence, std::uint32_t bins_size_bytes);
    const std::string& name_of(const Candidate& log) const { return logs_[log.index].name; }
    LogUse& use_of(const Candidate& log) { return replay_.logs[log.index]; }

    ByteSource& primary_;
    Bytes head_;  // of the primary file
    const std::vector<LogFile>& logs_;
    regf::BaseBlock base_block_;
    bool header_is_good_;
    std::vector<Candidate> new_logs_;
    std::vector<Candidate> old_logs_;
    ReplayPlan replay_;
};

/// Logs with a valid base block, by format; the reason for each of the others.
void Replayer::sort_out() {
    for (std::size_t i = 0; i < logs_.size(); ++i) {
        const LogFile& log = logs_[i];
        std::string& why = replay_.logs[i].why;
        if (!log.error.empty()) {
            why = "cannot be read: " + log.error;
        } else if (log.bytes.empty()) {
            why = "is empty";
        } else if (!regf::has_hive_signature(log.bytes) ||
                   log.bytes.size() < regf::base_block_head_bytes) {
            why = "has no base block";
        } else {
            const regf::BaseBlock base_block = regf::read_base_block(log.bytes);
            if (!base_block.checksum_is_right()) {
                why = "its base block has a wrong checksum";
            } else if (!base_block.sequence_numbers_agree()) {
                why = "it was not finished: its sequence numbers differ";
            } else if (base_block.file_type == 6) {
                new_logs_.push_back(
                    {i, base_block, read_new_format(log.bytes, base_block.primary_sequence)});
            } else if (base_block.file_type == 1 || base_block.file_type == 2) {
                old_logs_.push_back({i, base_block, {}});
            } else {
                why = "its file type " + std::to_string(base_block.file_type) + " is not known";
            }
        }
    }
}

/// No log grows a hive by more than it holds, so a forged size costs no memory.
bool Replayer::is_possible_size(std::uint32_t bins_size_bytes) const {
    std::uint64_t most = primary_.size_bytes();
    for (const LogFile& log : logs_) most += log.bytes.size();
    return bins_size_bytes != 0 && bins_size_bytes % regf::page_size_bytes == 0 &&
           regf::base_block_size_bytes + std::uint64_t{bins_size_bytes} <=
               most + regf::page_size_bytes;
}

/// The base block of the recovered hive: that of the primary file, unless it is torn.
Bytes Replayer::base_block_by(const Candidate& log) const {
    Bytes base_block = head_;
    base_block.resize(regf::base_block_size_bytes);
    if (header_is_good_) return base_block;
    std::copy_n(logs_[log.index].bytes.begin(), regf::base_block_head_bytes, base_block.begin());
    put_u32(base_block, regf::file_type_at, 0);
    return base_block;
}

void Replayer::finish(Bytes base_block, std::uint32_t sequence, std::uint32_t bins_size_bytes) {
    replay_.bins_grew = header_is_good_ && bins_size_bytes > base_block_.bins_size_bytes;
    put_u32(base_block, regf::bins_size_at, bins_size_bytes);
    regf::put_sequence_numbers(base_block, sequence, sequence);
    replay_.base_block = std::move(base_block);
}

/// True for a log of entries that the hive has already. A torn header still has its numbers, as
/// they stand in front: a log that does not reach them is not the one of the write that was torn,
/// and would bring an old state back, unless all that it holds is in the hive. (Windows does not
/// ask; a refusal loses nothing.)
bool Replayer::is_stale(const Candidate& log) const {
    const std::uint32_t secondary = base_block_.secondary_sequence;
    if (header_is_good_) return log.base_block.primary_sequence < secondary;
    if (changes_nothing(log)) return false;
    const std::uint32_t last = log.entries.entries.empty() ? log.base_block.primary_sequence
                                                           : log.entries.entries.back().sequence;
    // Windows writes the number behind the last entry's, an edit of ours a higher one; while ours
    // was under way the primary number alone was that high.
    return std::uint64_t{last} + 1 < std::max(base_block_.primary_sequence, secondary);
}

/// True when the hive bins data are what the entries make of them.
bool Replayer::changes_nothing(const Candidate& log) const {
    PageOverlay pages;
    for (const LogEntry& entry : log.entries.entries) {
        if (!is_possible_size(entry.bins_size_bytes)) return false;
        lay_entry(entry, pages);
    }
    return !log.entries.entries.empty() && pages.changes_nothing(primary_);
}

void Replayer::replay_new() {
    // The one that was begun first goes first, whichever its name.
    std::stable_sort(new_logs_.begin(), new_logs_.end(),
                     [](const Candidate& a, const Candidate& b) {
                         return a.base_block.primary_sequence < b.base_block.primary_sequence;
                     });
    if (!header_is_good_) {
        // Nobody knows what the primary file holds: only the latest log can stand for itself.
        for (std::size_t i = 0; i + 1 < new_logs_.size(); ++i) {
            use_of(new_logs_[i]).why = "a later log has the base block";
        }
        new_logs_.erase(new_logs_.begin(), new_logs_.end() - 1);
    }
    std::optional<std::uint32_t> last;
    std::uint32_t bins_size_bytes = 0;
    std::uint32_t flags = 0;
    const Candidate* last_log = nullptr;
    for (const Candidate& log : new_logs_) {
        LogUse& use = use_of(log);
        const std::uint32_t first = log.base_block.primary_sequence;
        if (is_stale(log)) {
            use.why = "is older than the hive: it begins with entry " + std::to_string(first) +
                      ", the hive has all up to " + std::to_string(base_block_.secondary_sequence);
            continue;
        }
        if (last_log != nullptr && (!last || first != *last + 1)) {
            use.why = "begins with entry " + std::to_string(first) +
                      " and does not continue the log before it";
            replay_.warnings.push_back("log " + name_of(log) + " " + use.why +
                                       "; what it holds is not applied");
            continue;
        }
        last_log = &log;
        if (!apply_new(log, flags)) continue;
        last = log.entries.entries[use.entries - 1].sequence;
        bins_size_bytes = log.entries.entries[use.entries - 1].bins_size_bytes;
    }
    if (!last) return;
    Bytes base_block = base_block_by(*last_log);
    // Bit 0 of the header's flags follows that of the entries; the other bits are not theirs.
    put_u32(base_block, regf::flags_at, (u32_at(base_block, regf::flags_at) & ~1U) | (flags & 1U));
    finish(std::move(base_block), *last, bins_size_bytes);
}

/// Applies the entries of one log; false when it has none that can be.
bool Replayer::apply_new(const Candidate& log, std::uint32_t& flags) {
    LogUse& use = use_of(log);
    use.why = log.entries.end_reason;
    bool ends_in_damage = log.entries.ends_in_damage;
    for (const LogEntry& entry : log.entries.entries) {
        if (!is_possible_size(entry.bins_size_bytes)) {
            use.why =
                "entry " + std::to_string(entry.sequence) + " makes the hive impossibly large";
            ends_in_damage = true;
            break;
        }
        lay_entry(entry, replay_.pages);
        if (use.entries++ == 0) use.first_sequence = entry.sequence;
        use.last_sequence = entry.sequence;
        use.pages += entry.page_count;
        flags = entry.flags;
    }
    use.applied = use.entries != 0;
    if (ends_in_damage) {
        replay_.warnings.push_back("log " + name_of(log) + ": " + use.why +
                                   "; it and what follows it in that log is not applied");
    }
    return use.applied;
}

/// The state of the primary file that an old-format log completes has the same timestamp; that of
/// a torn header is kept in the first bin.
bool Replayer::is_of_this_state(const regf::BaseBlock& log) const {
    if (header_is_good_) return log.timestamp == base_block_.timestamp;
    const Bytes time = read_range(primary_, regf::first_bin_timestamp_at, 8);
    return time.size() == 8 && log.timestamp == u64_at(time, 0);
}

void Replayer::replay_old() {
    std::stable_sort(old_logs_.begin(), old_logs_.end(),
                     [this](const Candidate& a, const Candidate& b) {
                         return name_of_log(name_of(a)) < name_of_log(name_of(b));
                     });
    bool done = false;
    for (const Candidate& log : old_logs_) {
        if (done) {
            use_of(log).why = "another log was applied";
        } else if (!is_of_this_state(log.base_block)) {
            use_of(log).why = "belongs to another state of the hive: its timestamp differs";
        } else {
            done = apply_old(log);
        }
    }
}

bool Replayer::apply_old(const Candidate& log) {
    LogUse& use = use_of(log);
    const std::uint32_t bins_size_bytes = log.base_block.bins_size_bytes;
    if (!is_possible_size(bins_size_bytes)) {
        use.why = "its size of the hive bins data is impossible";
        return false;
    }
    const OldFormatLog pages = read_old_format(logs_[log.index].bytes, bins_size_bytes);
    if (!pages.error.empty()) {
        use.why = pages.error;
        return false;
    }
    lay_ranges(pages, replay_.pages);
    replay_.pages.grow_to(regf::base_block_size_bytes + std::uint64_t{bins_size_bytes});
    use.applied = true;
    use.entries = 1;
    use.pages = pages.page_count;
    use.first_sequence = use.last_sequence = log.base_block.primary_sequence;
    use.why = "all of it";
    finish(base_block_by(log),
           std::max(log.base_block.primary_sequence,
                    header_is_good_ ? base_block_.primary_sequence : 0U),
           bins_size_bytes);
    return true;
}

}  // namespace

ReplayPlan plan_replay(ByteSource& primary, const std::vector<LogFile>& logs) {
    return Replayer(primary, logs).run();
}

Replay replay_logs(ByteView primary, const std::vector<LogFile>& logs) {
    MemorySource source(primary);
    ReplayPlan plan = plan_replay(source, logs);
    Replay replay{std::nullopt, std::move(plan.logs), std::move(plan.warnings), plan.bins_grew};
    if (plan.base_block) {
        replay.image.emplace(static_cast<std::size_t>(plan.pages.size_over(primary.size())));
        plan.pages.read(source, *replay.image, 0);
        std::copy(plan.base_block->begin(), plan.base_block->end(), replay.image->begin());
    }
    return replay;
}

}  // namespace nlafix::recovery
