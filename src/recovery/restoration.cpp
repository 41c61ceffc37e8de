// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/restoration.h"

#include <algorithm>
#include <string>
#include <utility>

#include "recovery/bins_range.h"
#include "recovery/clean_hive.h"
#include "recovery/new_format.h"
#include "recovery/replay.h"
#include "regf/base_block.h"

namespace nlafix::recovery {
namespace {

constexpr std::size_t head_bytes = regf::base_block_head_bytes;

/// Where the last valid entry ends; 0 where the log is not of that format.
std::size_t end_of_entries(ByteView log) {
    const LogSummary summary = summarize_log(log);
    if (!summary.is_valid(LogFormat::new_format)) return 0;
    std::size_t end = head_bytes;
    for (const LogEntry& entry : read_new_format(log, summary.sequence).entries) {
        end += entry.size_bytes;
    }
    return end;
}

class Restorer {
public:
    Restorer(const HiveState& current, const HiveState& original, std::uint64_t now, Growth growth)
        : original_(original), now_(now), growth_(growth), logs_(current.logs) {
        files_.emplace_back(current.primary.begin(), current.primary.end());
        for (const LogFile& log : current.logs) files_.push_back(log.bytes);
    }

    LogFirst run() {
        if (primary_is_untouched()) {
            put_logs_back_alone();
        } else {
            const Bytes content = content_of(original_);
            if (content.empty()) {
                refuse("no log completes the original");
            } else if (commit(content)) {
                give_exact_bytes(content);
            }
        }
        if (!plan_.possible()) plan_.epochs.clear();
        return std::move(plan_);
    }

private:
    bool primary_is_untouched() const;
    void put_logs_back_alone();
    bool commit(const Bytes& content);
    void give_exact_bytes(const Bytes& content);
    bool original_logs_mend_a_torn_header(const Bytes& content) const;
    std::uint64_t time_while_the_header_is_written() const;
    Epoch logs_epoch() const;
    Epoch header_epoch() const;
    Epoch rest_epoch() const;
    bool original_is_dirty() const { return is_dirty(regf::read_base_block(original_.primary)); }
    void add(Epoch epoch) {
        if (epoch.writes.empty() && epoch.resizes.empty()) return;
        apply_epoch(epoch, files_);
        plan_.epochs.push_back(std::move(epoch));
    }
    bool refuse(std::string why) {
        plan_.why_not = std::move(why);
        return false;
    }

    HiveState original_;
    std::uint64_t now_;
    Growth growth_;
    std::vector<LogFile> logs_;  // for their names; the bytes are in files_
    std::vector<Bytes> files_;   // as they are once plan_ is carried out
    LogFirst plan_;
};

/// It may have got room behind its end, which nobody reads.
bool Restorer::primary_is_untouched() const {
    const ByteView now = files_[primary_file];
    return now.size() >= original_.primary.size() &&
           equal(now.first(original_.primary.size()), original_.primary);
}

/// A write that was cut before it touched the primary file. Of a dirty hive it may have added an
/// entry, and taking it away again leaves it whole or no entry at all.
void Restorer::put_logs_back_alone() {
    for (std::size_t i = 0; original_is_dirty() && i < logs_.size(); ++i) {
        const Bytes& now = files_[file_of_log(i)];
        const Bytes& then = original_.logs[i].bytes;
        if (now == then) continue;
        const std::size_t needed = end_of_entries(then);
        if (needed == 0 || now.size() != then.size() ||
            !std::equal(then.begin(), then.begin() + static_cast<std::ptrdiff_t>(needed),
                        now.begin())) {
            refuse("log " + logs_[i].name + " has changed");
            return;
        }
    }
    add(logs_epoch());
    add(rest_epoch());
}

/// Makes the hive a clean one with the content of the original. False where it cannot.
bool Restorer::commit(const Bytes& content) {
    for (std::size_t i = 0; i < logs_.size(); ++i) logs_[i].bytes = files_[file_of_log(i)];
    const Bytes& primary = files_[primary_file];
    const Recovery recovery = recover(primary, logs_, LogPolicy::apply);
    if (!recovery.hive) return refuse("the hive as it is now cannot be recovered");
    if (!is_dirty(regf::read_base_block(primary)) && same_content(primary, content)) return true;
    Bytes wanted = content;
    const CleanHive::Stamp& stamp = recovery.hive->stamp();
    if (stamp.new_timestamp) {
        put_u64(wanted, regf::timestamp_at, stamp.timestamp_of_edit(now_));
        put_u64(wanted, regf::first_bin_timestamp_at, stamp.timestamp_of_edit(now_));
    }
    plan_ = plan_log_first({primary, logs_}, wanted, growth_);
    for (const Epoch& epoch : plan_.epochs) apply_epoch(epoch, files_);
    return plan_.possible();
}

/// The time by which a log of the old format is known while the header is torn.
std::uint64_t Restorer::time_while_the_header_is_written() const {
    return u64_at(original_.primary,
                  original_is_dirty() ? regf::timestamp_at : regf::first_bin_timestamp_at);
}

bool Restorer::original_logs_mend_a_torn_header(const Bytes& content) const {
    Bytes torn = files_[primary_file];
    put_u64(torn, regf::first_bin_timestamp_at, time_while_the_header_is_written());
    put_u32(torn, regf::checksum_at, ~u32_at(torn, regf::checksum_at));
    const Replay replay = replay_logs(torn, original_.logs);
    return replay.image && same_content(*replay.image, content);
}

Epoch Restorer::logs_epoch() const {
    Epoch epoch;
    epoch.what = "logs of the original";
    for (std::size_t i = 0; i < logs_.size(); ++i) {
        const FileIndex file = file_of_log(i);
        const Bytes& then = original_.logs[i].bytes;
        for (Write& write : changed_sectors(file, files_[file], then, 0)) {
            epoch.writes.push_back(std::move(write));
        }
        if (files_[file].size() > then.size()) epoch.resizes.push_back({file, then.size()});
    }
    return epoch;
}

Epoch Restorer::header_epoch() const {
    Epoch epoch;
    epoch.what = "header of the original";
    const ByteView head = slice(original_.primary, 0, head_bytes);
    if (!equal(head, slice(files_[primary_file], 0, head_bytes))) {
        epoch.writes.push_back({primary_file, 0, Bytes(head.begin(), head.end())});
    }
    return epoch;
}

Epoch Restorer::rest_epoch() const {
    Epoch epoch;
    epoch.what = "pages of the original";
    epoch.writes =
        changed_sectors(primary_file, files_[primary_file], original_.primary, head_bytes);
    if (files_[primary_file].size() > original_.primary.size()) {
        epoch.resizes.push_back({primary_file, original_.primary.size()});
    }
    return epoch;
}

/// The logs first, so that no entry of ours outlives the numbers that stand above it; but a header
/// that is torn then must be mended by the original's logs. Where those do not, the header first:
/// ours mend it.
void Restorer::give_exact_bytes(const Bytes& content) {
    if (original_logs_mend_a_torn_header(content)) {
        Epoch time;
        time.what = "time of the first bin";
        Bytes bytes(sizeof(std::uint64_t));
        put_u64(bytes, 0, time_while_the_header_is_written());
        if (!equal(bytes,
                   slice(files_[primary_file], regf::first_bin_timestamp_at, bytes.size()))) {
            time.writes.push_back({primary_file, regf::first_bin_timestamp_at, std::move(bytes)});
        }
        add(std::move(time));
        add(logs_epoch());
        add(header_epoch());
        add(rest_epoch());
        return;
    }
    if (original_is_dirty()) {
        refuse("the original's logs do not complete a torn header");
        return;
    }
    add(header_epoch());
    add(logs_epoch());
    add(rest_epoch());
}

}  // namespace

Bytes content_of(const HiveState& state) {
    if (!is_dirty(regf::read_base_block(state.primary))) {
        return {state.primary.begin(), state.primary.end()};
    }
    Replay replay = replay_logs(state.primary, state.logs);
    return replay.image ? std::move(*replay.image) : Bytes();
}

LogFirst plan_restoration(const HiveState& current, const HiveState& original, std::uint64_t now,
                          Growth growth) {
    return Restorer(current, original, now, growth).run();
}

}  // namespace nlafix::recovery
