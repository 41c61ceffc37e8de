// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/clean_hive.h"

#include <algorithm>
#include <utility>

#include "regf/hive.h"

namespace nlafix::recovery {

/// One recovery, step by step.
class Recoverer {
public:
    Recoverer(ByteView primary, const std::vector<LogFile>& logs)
        : primary_(primary), logs_(logs), base_block_(regf::read_base_block(primary)) {}

    Recovery run(LogPolicy policy) {
        if (!is_dirty(base_block_)) {
            use_primary();
        } else if (policy == LogPolicy::ignore) {
            ignore_logs();
        } else {
            apply_logs();
        }
        return std::move(result_);
    }

private:
    void use_primary();
    void apply_logs();
    void ignore_logs();
    CleanHive::Stamp make_stamp() const;
    void give(ByteView image, Bytes own_image);

    ByteView primary_;
    const std::vector<LogFile>& logs_;
    regf::BaseBlock base_block_;
    Recovery result_;
};

CleanHive::Stamp Recoverer::make_stamp() const {
    CleanHive::Stamp stamp;
    stamp.highest_sequence = std::max(base_block_.primary_sequence, base_block_.secondary_sequence);
    if (base_block_.checksum_is_right()) stamp.latest_timestamp = base_block_.timestamp;
    for (const LogFile& log : logs_) {
        const LogSummary summary = summarize_log(log.bytes);
        stamp.latest_timestamp = std::max(stamp.latest_timestamp, summary.timestamp);
        stamp.highest_sequence =
            std::max(stamp.highest_sequence, summary.highest_sequence.value_or(0));
        if (summary.format == LogFormat::old_format) stamp.new_timestamp = true;
    }
    return stamp;
}

void Recoverer::give(ByteView image, Bytes own_image) {
    CleanHive hive;
    hive.stamp_ = make_stamp();
    // Three more are used: one while the hive is written, one when it is done, one by Windows.
    if (hive.stamp_.highest_sequence > 0xffffffffU - 3) {
        result_.refusal =
            Error(ErrorCode::sequence_exhausted,
                  "the sequence numbers of the hive or its logs are used up (" +
                      std::to_string(hive.stamp_.highest_sequence) + ")")
                .hint(
                    "a forged or damaged log may say so: move the logs of a clean hive away, "
                    "then run it again");
        return;
    }
    hive.own_image_ = std::move(own_image);
    hive.image_ = hive.own_image_.empty() ? image : ByteView(hive.own_image_);
    result_.hive = std::move(hive);
}

void Recoverer::use_primary() {
    for (const LogFile& log : logs_) {
        if (log.error.empty()) continue;
        result_.warnings.push_back("log " + log.name + " cannot be read (" + log.error +
                                   "); the hive is clean and does not need it");
    }
    give(primary_, {});
}

void Recoverer::apply_logs() {
    Replay replay = replay_logs(primary_, logs_);
    result_.logs = std::move(replay.logs);
    result_.warnings = std::move(replay.warnings);
    result_.bins_grew = replay.bins_grew;
    if (!replay.image) {
        result_.refusal = no_log_applies(base_block_, logs_, result_.logs);
        return;
    }
    try {
        const regf::Hive recovered(*replay.image);
        if (!recovered.layout_damage().empty()) {
            const regf::Damage& damage = recovered.layout_damage().front();
            throw Error(ErrorCode::malformed_hive, damage.message).offset(damage.offset_in_file);
        }
    } catch (const Error& error) {
        result_.refusal = Error(error.code(),
                                "with its transaction logs applied the hive is "
                                "damaged: " +
                                    error.message())
                              .hint(
                                  "the logs may belong to another state of the hive; "
                                  "--ignore-logs gives up what they hold");
        result_.recovered = true;
        result_.damaged_image = std::move(*replay.image);
        return;
    }
    result_.recovered = true;
    give({}, std::move(*replay.image));
}

void Recoverer::ignore_logs() {
    const Replay replay = replay_logs(primary_, logs_);
    result_.logs.resize(logs_.size());
    IgnoredLogs ignored;
    ignored.is_known = !logs_.empty();
    for (std::size_t i = 0; i < logs_.size(); ++i) {
        ignored.is_known = ignored.is_known && logs_[i].error.empty();
        ignored.entries += replay.logs[i].entries;
        ignored.pages += replay.logs[i].pages;
        result_.logs[i].why = "was ignored";
    }
    Bytes image(primary_.begin(), primary_.end());
    const std::uint32_t number = base_block_.primary_sequence;
    regf::put_sequence_numbers(image, number, number);
    if (replay.image) {
        try {
            ignored.losses = count_losses(image, *replay.image);
        } catch (const Error&) {
            // One of them cannot be read through: then nobody can count.
        }
    }
    result_.ignored = ignored;
    std::string lost = "the logs of the dirty hive are ignored: ";
    if (ignored.is_known) {
        lost += std::to_string(ignored.entries) + " entries with " + std::to_string(ignored.pages) +
                " pages are lost";
    } else {
        lost += logs_.empty() ? "none was seen, so what is lost is not known"
                              : "not all could be read, so what is lost is not known";
    }
    if (ignored.is_known && ignored.losses) {
        lost += ", that is " + std::to_string(ignored.losses->keys) + " keys and " +
                std::to_string(ignored.losses->values) + " new or changed values";
    }
    result_.warnings.push_back(lost);
    give({}, std::move(image));
}

Recovery recover(ByteView primary, const std::vector<LogFile>& logs, LogPolicy policy) {
    return Recoverer(primary, logs).run(policy);
}

}  // namespace nlafix::recovery
