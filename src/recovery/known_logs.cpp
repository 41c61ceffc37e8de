// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/known_logs.h"

#include <algorithm>

namespace nlafix::recovery {

KnownLogs::KnownLogs(const std::vector<LogFile>& logs) : logs_(logs) {
    for (const LogFile& log : logs) summaries_.push_back(summarize_log(log.bytes));
}

std::uint32_t KnownLogs::highest_sequence() const {
    std::uint32_t highest = 0;
    for (const LogSummary& log : summaries_) {
        highest = std::max(highest, log.highest_sequence.value_or(0));
    }
    return highest;
}

std::uint64_t KnownLogs::latest_time() const {
    std::uint64_t latest = 0;
    for (const LogSummary& log : summaries_) latest = std::max(latest, log.timestamp);
    return latest;
}

std::optional<std::size_t> KnownLogs::numbered_above(std::uint32_t last) const {
    for (std::size_t i = 0; i < summaries_.size(); ++i) {
        if (summaries_[i].highest_sequence.value_or(0) > last) return i;
    }
    return std::nullopt;
}

bool KnownLogs::prove_new_format(std::uint32_t number) const {
    return std::any_of(summaries_.begin(), summaries_.end(), [number](const LogSummary& log) {
        return log.is_valid(LogFormat::new_format) && log.entry_count != 0 &&
               std::uint64_t{log.last_sequence} + 1 == number;
    });
}

bool KnownLogs::prove_old_format() const {
    return std::any_of(summaries_.begin(), summaries_.end(),
                       [](const LogSummary& log) { return log.is_valid(LogFormat::old_format); });
}

std::optional<std::size_t> KnownLogs::for_entry(std::size_t needed_bytes, bool may_grow) const {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < logs_.size(); ++i) {
        const LogName name = name_of_log(logs_[i].name);
        const bool may_become_one = summaries_[i].format != LogFormat::old_format &&
                                    (name == LogName::log1 || name == LogName::log2);
        if (summaries_[i].is_valid(LogFormat::new_format) || may_become_one) order.push_back(i);
    }
    std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
        return summaries_[a].sequence < summaries_[b].sequence;
    });
    for (const std::size_t i : order) {
        if (logs_[i].bytes.size() >= needed_bytes) return i;
    }
    if (!may_grow || order.empty()) return std::nullopt;
    return order.front();
}

std::optional<std::size_t> KnownLogs::to_overwrite() const {
    const auto find = [this](LogName name) -> std::optional<std::size_t> {
        for (std::size_t i = 0; i < logs_.size(); ++i) {
            if (name_of_log(logs_[i].name) == name && !logs_[i].bytes.empty()) return i;
        }
        return std::nullopt;
    };
    const bool is_xp = !find(LogName::log1) && !find(LogName::log2);
    const auto log = find(is_xp ? LogName::bare : LogName::log1);
    if (!log || !summaries_[*log].is_valid(LogFormat::old_format)) return std::nullopt;
    return log;
}

}  // namespace nlafix::recovery
