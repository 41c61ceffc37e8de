// SPDX-License-Identifier: GPL-2.0-or-later
#include "dirty_hive.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace nlafix::fixture {
namespace {

Bytes cut_out(const Bytes& bytes, std::size_t offset, std::size_t size_bytes) {
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(offset);
    return {begin, begin + static_cast<std::ptrdiff_t>(size_bytes)};
}

void append(Bytes& to, const Bytes& from) {
    to.insert(to.end(), from.begin(), from.end());
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
    log.bytes = log_base_block(states[from], first, new_log_type);
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
    Bytes entry = cut_out(log, offset, get_u32(log, offset + log_entry_field::size));
    mend_log_entry(entry);
    std::copy(entry.begin(), entry.end(), log.begin() + static_cast<std::ptrdiff_t>(offset));
}

Bytes make_entry(const Bytes& state, std::uint32_t sequence, const std::vector<PageRange>& pages,
                 std::uint32_t flags) {
    LogEntry entry{sequence, get_u32(state, base_block::bins_size), {}, flags};
    for (const PageRange& page : pages) {
        entry.pages.push_back(
            {page.offset, cut_out(state, base_block_size_bytes + page.offset, page.size_bytes)});
    }
    return log_entry(entry);
}

void put_sequences(Bytes& file, std::uint32_t primary, std::uint32_t secondary) {
    put_u32(file, base_block::primary_sequence, primary);
    put_u32(file, base_block::secondary_sequence, secondary);
    mend_checksum(file);
}

Bytes make_old_log(const Bytes& state, std::uint32_t sequence,
                   const std::vector<PageRange>& pages) {
    constexpr std::uint32_t sector_bytes = log_sector_bytes;
    std::vector<DirtySector> sectors;
    for (const PageRange& page : pages) {
        for (std::uint32_t at = page.offset; at < page.offset + page.size_bytes;
             at += sector_bytes) {
            sectors.push_back(
                {at / sector_bytes, cut_out(state, base_block_size_bytes + at, sector_bytes)});
        }
    }
    return old_format_log(state, sequence, sectors);
}

DirtyHive dirty_hive_new(const std::vector<Bytes>& states, const NewLogOptions& options) {
    DirtyHive hive;
    hive.primary = states.at(0);
    const std::uint32_t secondary = get_u32(hive.primary, base_block::secondary_sequence);
    put_sequences(hive.primary, secondary + 1, secondary);
    const std::size_t split = std::min(states.size(), 1 + options.entries_in_first_log);
    hive.logs.push_back(write_log(states, 1, split, options));
    if (split < states.size())
        hive.logs.push_back(write_log(states, split, states.size(), options));
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
    log.bytes =
        make_old_log(after, secondary + 1, changed_pages(before, after, log_sector_bytes, true));
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
