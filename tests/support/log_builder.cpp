// SPDX-License-Identifier: GPL-2.0-or-later
#include "log_builder.h"

#include <algorithm>
#include <stdexcept>

namespace nlafix::fixture {
namespace {

std::uint32_t rotated(std::uint32_t word, int bits) {
    return word << bits | word >> (32 - bits);
}

void append(Bytes& out, const Bytes& more) {
    out.insert(out.end(), more.begin(), more.end());
}

void fill_up(Bytes& out, std::size_t multiple) {
    out.resize((out.size() + multiple - 1) / multiple * multiple);
}

Bytes part(const Bytes& data, std::size_t first, std::size_t last) {
    return {data.begin() + static_cast<std::ptrdiff_t>(first),
            data.begin() + static_cast<std::ptrdiff_t>(last)};
}

}  // namespace

std::uint64_t log_hash(const Bytes& data) {
    // Padded with one byte 0x80 and zeros to whole words, and one more word of zeros.
    Bytes padded = data;
    padded.push_back(std::byte{0x80});
    fill_up(padded, 4);
    append(padded, Bytes(4));
    std::uint32_t first = 0x7a4e55c5, second = 0x82ef4d88;  // the seed, 82EF4D887A4E55C5
    for (std::size_t at = 0; at < padded.size(); at += 4) {
        first += get_u32(padded, at);
        second ^= first;
        first = rotated(first, 20) + second;
        second = rotated(second, 9) ^ first;
        first = rotated(first, 27) + second;
        second = rotated(second, 19);
    }
    return std::uint64_t{second} << 32 | first;
}

Bytes log_base_block(const Bytes& hive, std::uint32_t sequence, std::uint32_t file_type) {
    Bytes block = part(hive, 0, log_sector_bytes);
    put_u32(block, base_block::primary_sequence, sequence);
    put_u32(block, base_block::secondary_sequence, sequence);
    put_u32(block, base_block::file_type, file_type);
    mend_checksum(block);
    return block;
}

void mend_log_entry(Bytes& bytes) {
    using namespace log_entry_field;
    put_u64(bytes, hash_1, log_hash(part(bytes, first_page, bytes.size())));
    put_u64(bytes, hash_2, log_hash(part(bytes, 0, hash_2)));
}

Bytes log_entry(const LogEntry& entry) {
    using namespace log_entry_field;
    Bytes bytes(first_page + 8 * entry.pages.size());
    put_text(bytes, 0, "HvLE");
    put_u32(bytes, flags, entry.flags);
    put_u32(bytes, sequence, entry.sequence);
    put_u32(bytes, bins_size, entry.bins_size_bytes);
    put_u32(bytes, page_count, static_cast<std::uint32_t>(entry.pages.size()));
    for (std::size_t i = 0; i < entry.pages.size(); ++i) {
        put_u32(bytes, first_page + 8 * i, entry.pages[i].offset);
        put_u32(bytes, first_page + 8 * i + 4,
                static_cast<std::uint32_t>(entry.pages[i].data.size()));
    }
    for (const LogPage& page : entry.pages) append(bytes, page.data);
    fill_up(bytes, log_sector_bytes);
    put_u32(bytes, size, static_cast<std::uint32_t>(bytes.size()));
    mend_log_entry(bytes);
    return bytes;
}

Bytes new_format_log(const Bytes& hive, std::uint32_t sequence,
                     const std::vector<LogEntry>& entries) {
    Bytes log = log_base_block(hive, sequence, new_log_type);
    for (const LogEntry& entry : entries) append(log, log_entry(entry));
    return log;
}

Bytes old_format_log(const Bytes& hive, std::uint32_t sequence,
                     const std::vector<DirtySector>& sectors) {
    Bytes log = log_base_block(hive, sequence, old_log_type);
    const std::size_t sector_count = get_u32(hive, base_block::bins_size) / log_sector_bytes;
    Bytes vector(4 + sector_count / 8);
    put_text(vector, 0, "DIRT");
    for (const DirtySector& sector : sectors) {
        if (sector.index >= sector_count || sector.data.size() != log_sector_bytes) {
            throw std::invalid_argument("a sector that the hive does not have");
        }
        vector[4 + sector.index / 8] |= static_cast<std::byte>(1U << (sector.index % 8));
    }
    append(log, vector);
    fill_up(log, log_sector_bytes);
    for (const DirtySector& sector : sectors) append(log, sector.data);
    return log;
}

}  // namespace nlafix::fixture
