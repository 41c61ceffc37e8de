// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/log_first.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "recovery/bins_range.h"
#include "recovery/clean_hive.h"
#include "recovery/known_logs.h"
#include "recovery/new_format.h"
#include "recovery/old_format.h"
#include "recovery/replay.h"
#include "regf/base_block.h"

namespace nlafix::recovery {
namespace {

constexpr std::size_t head_bytes = regf::base_block_head_bytes;
constexpr std::size_t bins_at = regf::base_block_size_bytes;
constexpr std::size_t entries_at = head_bytes;
constexpr std::uint32_t new_log_type = 6;

/// How far our numbers lie above all others. Windows goes on from the header's number: if it ever
/// meets an entry of ours that never took effect, its own must not lead up to that one. Between two
/// looks at a log it writes some hundred entries.
constexpr std::uint32_t jump = 65536;
/// Room for this write, its undo, and for Windows.
constexpr std::uint32_t spare_numbers = 8 * jump;

/// The backup holds the logs; Windows keeps them far below this.
constexpr std::uint64_t most_log_bytes = std::uint64_t{1} << 26;

Bytes head_of(ByteView image, std::uint32_t primary, std::uint32_t secondary) {
    const ByteView view = slice(image, 0, head_bytes);
    Bytes head(view.begin(), view.end());
    regf::put_sequence_numbers(head, primary, secondary);
    return head;
}

Bytes log_base_block(ByteView image, std::uint32_t sequence, std::uint32_t file_type) {
    Bytes head = head_of(image, sequence, sequence);
    put_u32(head, regf::file_type_at, file_type);
    regf::put_sequence_numbers(head, sequence, sequence);
    return head;
}

class Planner {
public:
    Planner(const HiveState& current, ByteView wanted, Growth growth)
        : current_(current.primary),
          logs_(current.logs),
          wanted_(wanted),
          growth_(growth),
          known_(current.logs) {
        if (is_dirty(header())) replay_ = replay_logs(current_, logs_);
    }

    LogFirst run() {
        if (can_begin()) {
            take_room();
            if (replay_) {
                plan_dirty(*replay_);
            } else {
                plan_clean(current_);
            }
        }
        if (!plan_.possible()) plan_.epochs.clear();
        plan_.way = Way::log_first;
        plan_.why = text_of(plan_.which);
        return std::move(plan_);
    }

private:
    bool can_begin();
    void take_room();
    void plan_dirty(const Replay& replay);
    void plan_dirty_new(const Replay& replay);
    bool numbers_end_with(std::uint32_t last);
    void plan_dirty_old(const Replay& replay);
    void reconcile(Bytes image, std::uint32_t sequence);
    void plan_clean(ByteView clean);
    void plan_clean_new(ByteView clean);
    void clear_what_a_cut_left(std::uint32_t number);
    void plan_clean_old(ByteView clean);
    bool time_is_later(ByteView clean);

    regf::BaseBlock header() const { return regf::read_base_block(current_); }
    std::uint32_t highest_number(ByteView clean) const;
    std::vector<Write> sectors_towards(ByteView from, ByteView image) const;
    void add(std::string what, std::vector<Write> writes);
    void add_pages_and_final_header(ByteView clean, std::uint32_t final_sequence);
    bool refuse(std::string why) {
        plan_.why_not = std::move(why);
        return false;
    }

    ByteView current_;
    const std::vector<LogFile>& logs_;
    ByteView wanted_;
    Growth growth_;
    KnownLogs known_;
    std::optional<Replay> replay_;  // of a dirty hive
    Bytes room_;                    // behind the end of the primary file, once it was taken
    LogFirst plan_;
};

bool Planner::can_begin() {
    std::uint64_t log_bytes = 0;
    for (const LogFile& log : logs_) {
        if (!log.error.empty()) return refuse("log " + log.name + " cannot be read");
        log_bytes += log.bytes.size();
    }
    if (log_bytes > most_log_bytes) return refuse("the logs are larger than a backup keeps");
    if (std::min(current_.size(), wanted_.size()) < bins_at ||
        !equal(current_.subspan(head_bytes, bins_at - head_bytes),
               wanted_.subspan(head_bytes, bins_at - head_bytes))) {
        return refuse("the base block differs behind its first sector");
    }
    if (growth_ == Growth::forbidden && wanted_.size() > current_.size()) {
        return refuse("the hive has to grow");
    }
    if (highest_number(current_) > 0xffffffffU - spare_numbers) {
        return refuse("the sequence numbers are nearly used up");
    }
    return true;
}

/// The highest number anywhere; a torn header vouches for none.
std::uint32_t Planner::highest_number(ByteView clean) const {
    const regf::BaseBlock header = regf::read_base_block(clean);
    std::uint32_t highest = 0;
    if (header.checksum_is_right()) {
        highest = std::max(header.primary_sequence, header.secondary_sequence);
    }
    return std::max(highest, known_.highest_sequence());
}

void Planner::add(std::string what, std::vector<Write> writes) {
    if (writes.empty()) return;
    plan_.epochs.push_back({std::move(what), std::move(writes)});
}

/// Room that runs out later would leave the hive half done. Nobody reads behind the last bin; of a
/// dirty hive a replay may, and finds there what it would put there itself.
void Planner::take_room() {
    if (wanted_.size() <= current_.size()) return;
    const ByteView tail = wanted_.subspan(current_.size());
    room_.assign(tail.begin(), tail.end());
    if (replay_ && replay_->image && replay_->image->size() > current_.size()) {
        const ByteView replayed = ByteView(*replay_->image).subspan(current_.size());
        std::copy_n(replayed.begin(), std::min(replayed.size(), room_.size()), room_.begin());
    }
    add("room behind the end", {{primary_file, current_.size(), room_}});
}

/// Sectors of the bins, and of what lies behind them, that make `image` of `from`: the file as it
/// was, or one of the same size and more.
std::vector<Write> Planner::sectors_towards(ByteView from, ByteView image) const {
    const std::size_t common = std::min(from.size(), image.size());
    std::vector<Write> writes =
        changed_sectors(primary_file, from.first(common), image.first(common), bins_at);
    if (image.size() <= common) return writes;
    const ByteView tail = image.subspan(common);
    const bool is_there = common == current_.size() && tail.size() <= room_.size() &&
                          equal(tail, ByteView(room_).first(tail.size()));
    if (!is_there) writes.push_back({primary_file, common, Bytes(tail.begin(), tail.end())});
    return writes;
}

void Planner::add_pages_and_final_header(ByteView clean, std::uint32_t final_sequence) {
    plan_.commits_at = plan_.epochs.size();
    add("pages", sectors_towards(clean, wanted_));
    add("final header", {{primary_file, 0, head_of(wanted_, final_sequence, final_sequence)}});
    plan_.final_sequence = final_sequence;
}

void Planner::plan_dirty(const Replay& replay) {
    if (!replay.image) {
        refuse("the hive is dirty and no log completes it");
    } else if (!replay.warnings.empty()) {
        refuse("its replay ended early: " + replay.warnings.front());
    } else {
        const auto applied = std::find_if(replay.logs.begin(), replay.logs.end(),
                                          [](const LogUse& use) { return use.applied; });
        const auto index = static_cast<std::size_t>(applied - replay.logs.begin());
        if (known_[index].is_valid(LogFormat::new_format)) {
            plan_dirty_new(replay);
        } else {
            plan_dirty_old(replay);
        }
    }
}

/// Nothing is numbered above the last entry: another one would not be followed by what a damaged or
/// earlier one left behind.
bool Planner::numbers_end_with(std::uint32_t last) {
    const regf::BaseBlock header = this->header();
    const bool header_is_good = header.checksum_is_right();
    if (header_is_good && std::max(header.primary_sequence, header.secondary_sequence) > last + 1) {
        return refuse("the header's numbers are above those of the logs");
    }
    const auto above = known_.numbered_above(last);
    return !above || refuse("log " + logs_[*above].name + " has entries that nothing leads up to");
}

void Planner::plan_dirty_new(const Replay& replay) {
    const auto latest = std::max_element(
        replay.logs.begin(), replay.logs.end(),
        [](const LogUse& a, const LogUse& b) { return a.last_sequence < b.last_sequence; });
    const auto index = static_cast<std::size_t>(latest - replay.logs.begin());
    const std::uint32_t last = latest->last_sequence;
    if (!numbers_end_with(last)) return;
    const std::vector<BinsRange> pages = changed_pages(*replay.image, wanted_);
    if (pages.empty()) {
        plan_.which = LogFirstCase::dirty_new;
        add_pages_and_final_header(current_, last + 1);
        return;
    }
    std::size_t end = entries_at;
    for (const LogEntry& entry :
         read_new_format(logs_[index].bytes, known_[index].sequence).entries) {
        end += entry.size_bytes;
    }
    Bytes entry = write_entry(wanted_, pages, last + 1, end);
    if (range_is_inside(end, entry.size(), logs_[index].bytes.size())) {
        plan_.which = LogFirstCase::dirty_new;
        add("log entry", {{file_of_log(index), end, std::move(entry)}});
        add_pages_and_final_header(current_, last + 2);
        return;
    }
    // Never into a log that the recovery needs: it has to be needed no more.
    reconcile(*replay.image, last + 1);
    if (plan_.possible()) plan_.which = LogFirstCase::dirty_new_no_room;
}

/// The first bin's time stands in for that of a header that is torn while it is finished: it must
/// be the time of the log that is to mend it then.
void Planner::plan_dirty_old(const Replay& replay) {
    Bytes image = *replay.image;
    put_u64(image, regf::first_bin_timestamp_at, u64_at(image, regf::timestamp_at));
    reconcile(std::move(image), highest_number(current_));
    if (plan_.possible()) plan_.which = LogFirstCase::dirty_old;
}

/// First what Windows would do when it loads the hive: `image` is the replayed one, and becomes a
/// clean primary file with both numbers `sequence`. Then as with any clean hive.
void Planner::reconcile(Bytes image, std::uint32_t sequence) {
    if (growth_ == Growth::forbidden && image.size() > current_.size()) {
        refuse("the hive has to grow");
        return;
    }
    regf::put_sequence_numbers(image, sequence, sequence);
    if (image.size() < current_.size() + room_.size()) {
        const std::size_t known_of_room = image.size() - current_.size();
        image.insert(image.end(), room_.begin() + static_cast<std::ptrdiff_t>(known_of_room),
                     room_.end());
    }
    add("replayed pages", sectors_towards(current_, image));
    add("header of the replayed hive", {{primary_file, 0, head_of(image, sequence, sequence)}});
    room_.clear();
    plan_clean(image);
}

void Planner::plan_clean(ByteView clean) {
    const std::uint32_t number = regf::read_base_block(clean).primary_sequence;
    if (known_.prove_new_format(number)) {
        plan_clean_new(clean);
    } else if (known_.prove_old_format()) {
        plan_clean_old(clean);
    } else {
        refuse("no log beside the hive proves in which format its Windows writes them");
    }
}

/// Our base block that was on the disk when a write was cut before the header was. Its entry must
/// not be found when a later header is torn.
void Planner::clear_what_a_cut_left(std::uint32_t number) {
    std::vector<Write> writes;
    for (std::size_t i = 0; i < logs_.size(); ++i) {
        if (!known_[i].is_valid(LogFormat::new_format) || known_[i].sequence < number) continue;
        writes.push_back({file_of_log(i), 0, Bytes(head_bytes)});
        known_.forget_sequence(i);
    }
    add("base block of a write that was cut", std::move(writes));
}

void Planner::plan_clean_new(ByteView clean) {
    const std::vector<BinsRange> pages = changed_pages(clean, wanted_);
    clear_what_a_cut_left(regf::read_base_block(clean).primary_sequence);
    const std::uint32_t ours = highest_number(clean) + jump;
    const Bytes entry = write_entry(wanted_, pages, ours, entries_at);
    const auto log = known_.for_entry(entries_at + entry.size(), growth_ != Growth::forbidden);
    if (!log) {
        refuse("no log has room for an entry of " + std::to_string(entry.size()) + " bytes");
        return;
    }
    plan_.which = LogFirstCase::clean_new;
    add("log entry", {{file_of_log(*log), entries_at, entry}});
    add("log base block", {{file_of_log(*log), 0, log_base_block(wanted_, ours, new_log_type)}});
    add("header", {{primary_file, 0, head_of(clean, ours + 1, ours)}});
    add_pages_and_final_header(clean, ours + 1);
}

bool Planner::time_is_later(ByteView clean) {
    const std::uint64_t time = u64_at(wanted_, regf::timestamp_at);
    const std::uint64_t latest = std::max(u64_at(clean, regf::timestamp_at), known_.latest_time());
    if (time > latest && u64_at(wanted_, regf::first_bin_timestamp_at) == time) return true;
    return refuse("no time of the edit is later than those of the hive and its logs");
}

void Planner::plan_clean_old(ByteView clean) {
    const auto log = known_.to_overwrite();
    if (!log) {
        refuse("the log that Windows looks at first is not of the old format that another one has");
        return;
    }
    if (!time_is_later(clean)) return;
    const bool is_xp = name_of_log(logs_[*log].name) == LogName::bare;
    const std::uint32_t number = highest_number(clean) + 1;
    const std::uint32_t final_sequence = is_xp ? number + 1 : number;
    Bytes bytes = write_old_format(log_base_block(wanted_, number, known_[*log].file_type), wanted_,
                                   changed_pages(clean, wanted_));
    if (growth_ == Growth::forbidden && bytes.size() > logs_[*log].bytes.size()) {
        refuse("log " + logs_[*log].name + " has no room and cannot grow");
        return;
    }
    plan_.which = LogFirstCase::clean_old;
    const ByteView time = wanted_.subspan(regf::first_bin_timestamp_at, sizeof(std::uint64_t));
    if (!equal(time, clean.subspan(regf::first_bin_timestamp_at, time.size()))) {
        add("time of the first bin",
            {{primary_file, regf::first_bin_timestamp_at, Bytes(time.begin(), time.end())}});
    }
    add("log", {{file_of_log(*log), 0, std::move(bytes)}});
    Bytes header = head_of(clean, 0, 0);
    put_u64(header, regf::timestamp_at, u64_at(wanted_, regf::timestamp_at));
    regf::put_sequence_numbers(header, final_sequence, is_xp ? number : number - 1);
    add("header", {{primary_file, 0, std::move(header)}});
    add_pages_and_final_header(clean, final_sequence);
}

}  // namespace

std::string text_of(LogFirstCase which) {
    switch (which) {
        case LogFirstCase::clean_new: return "an entry in the log that is not needed";
        case LogFirstCase::dirty_new: return "an entry behind the last one";
        case LogFirstCase::dirty_new_no_room:
            return "the replayed pages, then an entry in the log that is not needed any more";
        case LogFirstCase::clean_old: return "a log of the old format";
        case LogFirstCase::dirty_old: break;
    }
    return "the replayed pages, then a log of the old format";
}

LogFirst plan_log_first(const HiveState& current, ByteView wanted, Growth growth) {
    return Planner(current, wanted, growth).run();
}

}  // namespace nlafix::recovery
