// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/new_format.h"

#include <algorithm>

#include "recovery/marvin32.h"
#include "regf/base_block.h"

namespace nlafix::recovery {
namespace {

constexpr std::size_t sector_bytes = 512;
constexpr std::size_t entry_header_bytes = 40;
constexpr std::size_t reference_bytes = 8;
constexpr std::uint32_t signature = 0x454c7648;  // "HvLE"

bool has_signature(ByteView log, std::size_t at) {
    return log.size() - at >= entry_header_bytes && u32_at(log, at) == signature;
}

bool size_is_possible(ByteView rest) {
    const std::uint32_t size = u32_at(rest, 4);
    return size >= entry_header_bytes && size % sector_bytes == 0 && size <= rest.size();
}

bool header_hash_is_good(ByteView rest) {
    return marvin32(rest.first(32)) == u64_at(rest, 32);
}

bool body_hash_is_good(ByteView entry) {
    return marvin32(entry.subspan(entry_header_bytes)) == u64_at(entry, 24);
}

/// Every page lies inside the hive bins data, and its bytes inside the entry. Tiny ones, which no
/// Windows writes, would take more memory to lay over the hive than the log has bytes.
bool pages_fit(const LogEntry& entry) {
    std::uint64_t pages_bytes = 0;
    for (std::uint32_t i = 0; i < entry.page_count; ++i) {
        const std::uint32_t offset = u32_at(entry.references, reference_bytes * i);
        const std::uint32_t size = u32_at(entry.references, reference_bytes * i + 4);
        if (!range_is_inside(offset, size, entry.bins_size_bytes)) return false;
        pages_bytes += size;
    }
    return pages_bytes <= entry.pages.size() &&
           pages_bytes >= std::uint64_t{sector_bytes} * entry.page_count;
}

/// The entry at the start of `rest`, or why it is not good.
std::optional<LogEntry> read_entry(ByteView rest, std::string& why) {
    if (!size_is_possible(rest)) {
        why = "its size does not fit into the log";
        return std::nullopt;
    }
    const ByteView whole = rest.first(u32_at(rest, 4));
    if (!header_hash_is_good(whole) || !body_hash_is_good(whole)) {
        why = "its hash is wrong";
        return std::nullopt;
    }
    LogEntry entry;
    entry.size_bytes = u32_at(whole, 4);
    entry.flags = u32_at(whole, 8);
    entry.sequence = u32_at(whole, 12);
    entry.bins_size_bytes = u32_at(whole, 16);
    entry.page_count = u32_at(whole, 20);
    const ByteView body = whole.subspan(entry_header_bytes);
    if (entry.page_count > body.size() / reference_bytes ||
        entry.bins_size_bytes % regf::page_size_bytes != 0 || entry.bins_size_bytes == 0) {
        why = "its size of the hive bins data or its number of pages is impossible";
        return std::nullopt;
    }
    entry.references = body.first(reference_bytes * entry.page_count);
    entry.pages = body.subspan(entry.references.size());
    if (!pages_fit(entry)) {
        why = "a page of it lies outside of the hive bins data or of the entry, or is no page";
        return std::nullopt;
    }
    return entry;
}

}  // namespace

NewFormatLog read_new_format(ByteView log, std::uint32_t first_sequence) {
    NewFormatLog result;
    std::uint32_t expected = first_sequence;
    std::size_t at = sector_bytes;
    while (at < log.size() && has_signature(log, at)) {
        const ByteView rest = log.subspan(at);
        if (u32_at(rest, 12) != expected) {
            // What an earlier use left behind is older, and its header is whole.
            result.ends_in_damage = !header_hash_is_good(rest) || u32_at(rest, 12) > expected;
            result.end_reason = result.ends_in_damage
                                    ? "entry " + std::to_string(expected) +
                                          " is damaged: another number stands in its place"
                                    : "remnants of an earlier use follow";
            return result;
        }
        std::string why;
        const std::optional<LogEntry> entry = read_entry(rest, why);
        if (!entry) {
            result.ends_in_damage = true;
            result.end_reason = "entry " + std::to_string(expected) + " is damaged: " + why;
            return result;
        }
        result.entries.push_back(*entry);
        at += entry->size_bytes;
        ++expected;
    }
    result.end_reason = at < log.size() ? "no further entry" : "end of the log";
    return result;
}

std::optional<std::uint32_t> highest_entry_sequence(ByteView log) {
    std::optional<std::uint32_t> highest;
    // Good entries do not overlap, so a forger alone makes this run out; then what is left counts
    // by the hash of its header.
    std::uint64_t bytes_to_hash = 4 * log.size();
    for (std::size_t at = sector_bytes; at < log.size();) {
        const ByteView rest = log.subspan(at);
        at += sector_bytes;
        if (!has_signature(rest, 0) || !size_is_possible(rest) || !header_hash_is_good(rest)) {
            continue;
        }
        const ByteView entry = rest.first(u32_at(rest, 4));
        const bool can_hash = entry.size() <= bytes_to_hash;
        if (can_hash) bytes_to_hash -= entry.size();
        if (can_hash && !body_hash_is_good(entry)) continue;
        highest = std::max(highest.value_or(0), u32_at(rest, 12));
        if (can_hash) at += entry.size() - sector_bytes;
    }
    return highest;
}

void lay_entry(const LogEntry& entry, PageOverlay& over) {
    over.grow_to(regf::base_block_size_bytes + std::uint64_t{entry.bins_size_bytes});
    std::size_t page_at = 0;
    for (std::uint32_t i = 0; i < entry.page_count; ++i) {
        const std::uint32_t offset = u32_at(entry.references, reference_bytes * i);
        const std::uint32_t size = u32_at(entry.references, reference_bytes * i + 4);
        over.lay(regf::base_block_size_bytes + std::uint64_t{offset},
                 entry.pages.subspan(page_at, size));
        page_at += size;
    }
}

Bytes write_entry(ByteView image, const std::vector<BinsRange>& pages, std::uint32_t sequence,
                  std::size_t offset_in_log) {
    Bytes entry(entry_header_bytes + reference_bytes * pages.size());
    put_u32(entry, 0, signature);
    put_u32(entry, 8, u32_at(image, regf::flags_at) & 1U);
    put_u32(entry, 12, sequence);
    put_u32(entry, 16, u32_at(image, regf::bins_size_at));
    put_u32(entry, 20, static_cast<std::uint32_t>(pages.size()));
    std::size_t reference = entry_header_bytes;
    for (const BinsRange& page : pages) {
        put_u32(entry, reference, page.offset);
        put_u32(entry, reference + 4, page.size_bytes);
        reference += reference_bytes;
    }
    for (const BinsRange& page : pages) {
        const ByteView bytes =
            slice(image, regf::base_block_size_bytes + page.offset, page.size_bytes);
        entry.insert(entry.end(), bytes.begin(), bytes.end());
    }
    const std::size_t end = offset_in_log + entry.size();
    entry.resize(rounded_up(end, regf::page_size_bytes) - offset_in_log);
    put_u32(entry, 4, static_cast<std::uint32_t>(entry.size()));
    put_u64(entry, 24, marvin32(ByteView(entry).subspan(entry_header_bytes)));
    put_u64(entry, 32, marvin32(ByteView(entry).first(32)));
    return entry;
}

}  // namespace nlafix::recovery
