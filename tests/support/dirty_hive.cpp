// SPDX-License-Identifier: GPL-2.0-or-later
#include "dirty_hive.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace nlafix::fixture {
namespace {

std::size_t rounded_up(std::size_t size, std::size_t unit) { return (size + unit - 1) / unit * unit; }

void append(Bytes& to, const Bytes& from, std::size_t offset, std::size_t size_bytes) {
    const auto begin = from.begin() + static_cast<std::ptrdiff_t>(offset);
    to.insert(to.end(), begin, begin + static_cast<std::ptrdiff_t>(size_bytes));
}

void append(Bytes& to, const Bytes& from) { append(to, from, 0, from.size()); }

std::uint32_t rotated(std::uint32_t word, unsigned bits) {
    return (word << bits) | (word >> (32 - bits));
}

std::size_t bins_end(const Bytes& hive) {
    return base_block_size_bytes + get_u32(hive, base_block::bins_size);
}

bool page_differs(const Bytes& before, const Bytes& after, std::size_t offset, std::size_t size) {
    if (offset + size > bins_end(before)) return true;
    const auto at = static_cast<std::ptrdiff_t>(offset);
    return !std::equal(after.begin() + at, after.begin() + at + static_cast<std::ptrdiff_t>(size),
                       before.begin() + at);
}

void add_remnants(Log& log, const Bytes& state, std::uint32_t first_sequence, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        // Ten and more below: an earlier round of the same log.
        const std::uint32_t sequence = first_sequence - 10 - static_cast<std::uint32_t>(i);
        Bytes other = state;
        std::fill(other.begin() + base_block_size_bytes, other.end(), std::byte{0x5a});
        append(log.bytes, make_entry(other, sequence, {{0, page_size_bytes}}));
    }
}

/// Entries for states[from] to states[to - 1], in a log of their own.
Log write_log(const std::vector<Bytes>& states, std::size_t from, std::size_t to,
              const NewLogOptions& options) {
    Log log;
    const std::uint32_t first = options.first_sequence + static_cast<std::uint32_t>(from) - 1;
    log.bytes = log_base_block(states[from], new_log_file, first);
    for (std::size_t k = from; k < to; ++k) {
        const Bytes& base = k == from ? states.front() : states[k - 1];
        log.entries.push_back(log.bytes.size());
        append(log.bytes,
               make_entry(states[k], first + static_cast<std::uint32_t>(k - from),
                          changed_pages(base, states[k], page_size_bytes, options.merged),
                          options.flags));
    }
    log.end = log.bytes.size();
    add_remnants(log, states[from], first, options.remnants);
    return log;
}

}  // namespace

std::uint64_t log_hash(const Bytes& bytes, std::size_t offset, std::size_t size_bytes) {
    // The seed of the specification, 14219357686671994754, is c5554e7a884def82; these are its bytes
    // as two little-endian words.
    std::uint32_t a = 0x7a4e55c5;
    std::uint32_t b = 0x82ef4d88;
    Bytes padded;
    append(padded, bytes, offset, size_bytes);
    padded.push_back(std::byte{0x80});
    // A word for the end that is never full, and one of zeros behind it.
    padded.resize(rounded_up(size_bytes + 1, 4) + 4);
    for (std::size_t at = 0; at < padded.size(); at += 4) {
        a += get_u32(padded, at);
        b ^= a;
        a = rotated(a, 20) + b;
        b = rotated(b, 9) ^ a;
        a = rotated(a, 27) + b;
        b = rotated(b, 19);
    }
    return (std::uint64_t{b} << 32) | a;
}

std::vector<PageRange> changed_pages(const Bytes& before, const Bytes& after,
                                     std::size_t page_bytes, bool merged) {
    std::vector<PageRange> pages;
    for (std::size_t at = base_block_size_bytes; at < bins_end(after); at += page_bytes) {
        if (!page_differs(before, after, at, page_bytes)) continue;
        const auto offset = static_cast<std::uint32_t>(at - base_block_size_bytes);
        const auto size = static_cast<std::uint32_t>(page_bytes);
        if (merged && !pages.empty() && pages.back().offset + pages.back().size_bytes == offset) {
            pages.back().size_bytes += size;
        } else {
            pages.push_back({offset, size});
        }
    }
    return pages;
}

void mend_entry(Bytes& log, std::size_t offset) {
    const std::size_t size = get_u32(log, offset + log_entry::size);
    put_u64(log, offset + log_entry::body_hash,
            log_hash(log, offset + log_entry::references, size - log_entry::references));
    put_u64(log, offset + log_entry::header_hash, log_hash(log, offset, log_entry::header_hash));
}

Bytes make_entry(const Bytes& state, std::uint32_t sequence, const std::vector<PageRange>& pages,
                 std::uint32_t flags) {
    Bytes entry(log_entry::references + 8 * pages.size());
    std::size_t reference = log_entry::references;
    for (const PageRange& page : pages) {
        put_u32(entry, reference, page.offset);
        put_u32(entry, reference + 4, page.size_bytes);
        reference += 8;
        append(entry, state, base_block_size_bytes + page.offset, page.size_bytes);
    }
    entry.resize(rounded_up(entry.size(), sector_size_bytes));
    put_text(entry, 0, "HvLE");
    put_u32(entry, log_entry::size, static_cast<std::uint32_t>(entry.size()));
    put_u32(entry, log_entry::flags, flags);
    put_u32(entry, log_entry::sequence, sequence);
    put_u32(entry, log_entry::bins_size, get_u32(state, base_block::bins_size));
    put_u32(entry, log_entry::page_count, static_cast<std::uint32_t>(pages.size()));
    mend_entry(entry, 0);
    return entry;
}

void put_sequences(Bytes& file, std::uint32_t primary, std::uint32_t secondary) {
    put_u32(file, base_block::primary_sequence, primary);
    put_u32(file, base_block::secondary_sequence, secondary);
    mend_checksum(file);
}

Bytes log_base_block(const Bytes& hive, FileType type, std::uint32_t sequence) {
    Bytes head;
    append(head, hive, 0, sector_size_bytes);
    put_u32(head, base_block::file_type, type);
    put_sequences(head, sequence, sequence);
    return head;
}

Bytes make_old_log(const Bytes& state, std::uint32_t sequence,
                   const std::vector<PageRange>& pages) {
    Bytes log = log_base_block(state, old_log_file, sequence);
    Bytes vector(get_u32(state, base_block::bins_size) / sector_size_bytes / 8);
    Bytes content;
    for (const PageRange& page : pages) {
        for (std::uint32_t at = page.offset; at < page.offset + page.size_bytes;
             at += sector_size_bytes) {
            const std::size_t bit = at / sector_size_bytes;
            vector[bit / 8] |= static_cast<std::byte>(1U << (bit % 8));
            append(content, state, base_block_size_bytes + at, sector_size_bytes);
        }
    }
    log.resize(log.size() + 4);
    put_text(log, sector_size_bytes, "DIRT");
    append(log, vector);
    log.resize(rounded_up(log.size(), sector_size_bytes));
    append(log, content);
    return log;
}

DirtyHive dirty_hive_new(const std::vector<Bytes>& states, const NewLogOptions& options) {
    DirtyHive hive;
    hive.primary = states.at(0);
    const std::uint32_t secondary = get_u32(hive.primary, base_block::secondary_sequence);
    put_sequences(hive.primary, secondary + 1, secondary);
    const std::size_t split = std::min(states.size(), 1 + options.entries_in_first_log);
    hive.logs.push_back(write_log(states, 1, split, options));
    if (split < states.size()) hive.logs.push_back(write_log(states, split, states.size(), options));
    if (options.begun_in_log2) {
        if (hive.logs.size() == 1) hive.logs.emplace_back();
        std::swap(hive.logs[0], hive.logs[1]);
    }
    for (std::size_t i = 0; i < hive.logs.size(); ++i) {
        hive.logs[i].suffix = ".LOG" + std::to_string(i + 1);
    }
    return hive;
}

DirtyHive dirty_hive_old(const Bytes& before, const Bytes& after, std::string suffix) {
    DirtyHive hive;
    hive.primary = before;
    const std::uint32_t secondary = get_u32(before, base_block::secondary_sequence);
    put_sequences(hive.primary, secondary + 1, secondary);
    Log log;
    log.suffix = std::move(suffix);
    log.bytes = make_old_log(after, secondary + 1,
                             changed_pages(before, after, sector_size_bytes, true));
    log.end = log.bytes.size();
    hive.logs.push_back(std::move(log));
    return hive;
}

void grow_by_bin(Bytes& hive, std::size_t bin_bytes) {
    const std::size_t at = hive.size();
    const std::uint32_t offset = get_u32(hive, base_block::bins_size);
    if (bins_end(hive) != at) throw std::invalid_argument("bytes behind the last hive bin");
    hive.resize(at + bin_bytes);
    put_text(hive, at, "hbin");
    put_u32(hive, at + hive_bin::offset, offset);
    put_u32(hive, at + hive_bin::size, static_cast<std::uint32_t>(bin_bytes));
    put_u32(hive, at + hive_bin::header_size,
            static_cast<std::uint32_t>(bin_bytes - hive_bin::header_size));
    put_u32(hive, base_block::bins_size, offset + static_cast<std::uint32_t>(bin_bytes));
    mend_checksum(hive);
}

}  // namespace nlafix::fixture
