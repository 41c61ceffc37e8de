// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/transaction_log.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "recovery/new_format.h"
#include "regf/base_block.h"

namespace nlafix::recovery {
namespace {

constexpr std::size_t sector_bytes = 512;
constexpr std::uint32_t entry_signature = 0x454c7648;   // "HvLE"
constexpr std::uint32_t vector_signature = 0x54524944;  // "DIRT"

void read_entries(ByteView log, std::uint32_t first_sequence, LogSummary& summary) {
    const std::optional<std::uint32_t> highest = highest_entry_sequence(log);
    if (highest)
        summary.highest_sequence = std::max(summary.highest_sequence.value_or(0), *highest);
    if (!summary.base_block_is_valid) return;
    const NewFormatLog entries = read_new_format(log, first_sequence);
    if (entries.entries.empty()) return;
    summary.entry_count = static_cast<std::uint32_t>(entries.entries.size());
    summary.first_sequence = entries.entries.front().sequence;
    summary.last_sequence = entries.entries.back().sequence;
}

}  // namespace

LogName name_of_log(const std::string& name) {
    const auto ends_with = [&name](std::string_view suffix) {
        return name.size() >= suffix.size() &&
               std::equal(suffix.rbegin(), suffix.rend(), name.rbegin(), [](char a, char b) {
                   return a == static_cast<char>(std::toupper(static_cast<unsigned char>(b)));
               });
    };
    if (ends_with(".LOG1")) return LogName::log1;
    if (ends_with(".LOG2")) return LogName::log2;
    return ends_with(".LOG") ? LogName::bare : LogName::other;
}

LogSummary summarize_log(ByteView log) {
    LogSummary summary;
    if (log.empty()) return summary;
    summary.format = LogFormat::unknown;
    if (!regf::has_hive_signature(log) || log.size() < regf::base_block_head_bytes) return summary;
    const regf::BaseBlock base_block = regf::read_base_block(log);
    summary.base_block_is_valid =
        base_block.checksum_is_right() && base_block.sequence_numbers_agree();
    if (base_block.checksum_is_right()) {
        summary.highest_sequence =
            std::max(base_block.primary_sequence, base_block.secondary_sequence);
        summary.timestamp = base_block.timestamp;
    }
    if (summary.base_block_is_valid) {
        summary.sequence = base_block.primary_sequence;
        summary.file_type = base_block.file_type;
    }
    const std::uint32_t body = log.size() < sector_bytes + 4 ? 0 : u32_at(log, sector_bytes);
    if (base_block.file_type == 6 || body == entry_signature) {
        summary.format = LogFormat::new_format;
        read_entries(log, base_block.primary_sequence, summary);
    } else if (base_block.file_type == 1 || base_block.file_type == 2 || body == vector_signature) {
        summary.format = LogFormat::old_format;
    }
    return summary;
}

}  // namespace nlafix::recovery
