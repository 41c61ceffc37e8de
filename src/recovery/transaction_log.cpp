// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/transaction_log.h"

#include <algorithm>

#include "base/error.h"
#include "recovery/marvin32.h"
#include "regf/base_block.h"

namespace nlafix::recovery {
namespace {

constexpr std::size_t sector_bytes = 512;
constexpr std::size_t entry_header_bytes = 40;
constexpr std::uint32_t entry_signature = 0x454c7648;   // "HvLE"
constexpr std::uint32_t vector_signature = 0x54524944;  // "DIRT"

struct Entry {
    std::uint32_t size_bytes = 0;
    std::uint32_t sequence = 0;
};

/// Hashes entries, but not more than a few times the log in all: entries that overlap, as only a
/// forger lays them out, would otherwise cost the square of the log's size.
class EntryReader {
public:
    explicit EntryReader(ByteView log) : log_(log), bytes_to_hash_(4 * log.size()) {}

    std::optional<Entry> entry_at(std::size_t offset) {
        if (log_.size() - offset < entry_header_bytes) return std::nullopt;
        const ByteView rest = log_.subspan(offset);
        if (u32_at(rest, 0) != entry_signature) return std::nullopt;
        const Entry entry{u32_at(rest, 4), u32_at(rest, 12)};
        if (entry.size_bytes < entry_header_bytes || entry.size_bytes % sector_bytes != 0 ||
            entry.size_bytes > rest.size() || entry.size_bytes > bytes_to_hash_) {
            return std::nullopt;
        }
        if (marvin32(rest.first(32)) != u64_at(rest, 32)) return std::nullopt;
        bytes_to_hash_ -= entry.size_bytes;
        const ByteView body =
            rest.subspan(entry_header_bytes, entry.size_bytes - entry_header_bytes);
        if (marvin32(body) != u64_at(rest, 24)) return std::nullopt;
        return entry;
    }

private:
    ByteView log_;
    std::uint64_t bytes_to_hash_;
};

void read_entries(ByteView log, std::uint32_t next_sequence, LogSummary& summary) {
    EntryReader reader(log);
    bool unbroken = summary.base_block_is_valid;
    for (std::size_t at = sector_bytes; at < log.size();) {
        const std::optional<Entry> entry = reader.entry_at(at);
        unbroken = unbroken && entry && entry->sequence == next_sequence;
        if (unbroken) {
            if (summary.entry_count++ == 0) summary.first_sequence = entry->sequence;
            summary.last_sequence = entry->sequence;
            ++next_sequence;
        }
        if (entry) {
            summary.highest_sequence =
                std::max(summary.highest_sequence.value_or(0), entry->sequence);
        }
        at += entry ? entry->size_bytes : sector_bytes;
    }
}

}  // namespace

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
    }
    const std::uint32_t body = log.size() < sector_bytes + 4 ? 0 : u32_at(log, sector_bytes);
    if (base_block.file_type == 6 || body == entry_signature) {
        summary.format = LogFormat::new_format;
        read_entries(log, base_block.primary_sequence, summary);
    } else if (base_block.file_type == 1 || base_block.file_type == 2 ||
               body == vector_signature) {
        summary.format = LogFormat::old_format;
    }
    return summary;
}

}  // namespace nlafix::recovery
