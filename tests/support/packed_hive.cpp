// SPDX-License-Identifier: GPL-2.0-or-later
#include "packed_hive.h"

#include <algorithm>
#include <cstdlib>

#include "dirty_hive.h"
#include "regf/base_block.h"

namespace nlafix::test {
namespace {

namespace f = nlafix::fixture;

constexpr std::size_t sizes_bytes = 8;

struct Part {
    std::size_t begin = 0;
    std::size_t size = 0;
};

/// Primary file, first log, second log; empty ones if there are not even sizes.
std::vector<Part> parts_of(const Bytes& input) {
    if (input.size() < sizes_bytes) return {{}, {}, {}};
    std::vector<Part> parts;
    std::size_t at = sizes_bytes;
    for (const std::size_t field : {std::size_t{0}, std::size_t{4}}) {
        const std::size_t size = std::min<std::size_t>(f::get_u32(input, field), input.size() - at);
        parts.push_back({at, size});
        at += size;
    }
    parts.push_back({at, input.size() - at});
    return parts;
}

Bytes cut_out(const Bytes& input, const Part& part) {
    const auto begin = input.begin() + static_cast<std::ptrdiff_t>(part.begin);
    return {begin, begin + static_cast<std::ptrdiff_t>(part.size)};
}

void mend_entries(Bytes& log, bool in_sequence) {
    std::uint32_t next = f::get_u32(log, f::base_block::primary_sequence);
    for (std::size_t at = f::log_sector_bytes; at + f::log_entry_field::first_page <= log.size();) {
        const std::size_t size = f::get_u32(log, at + f::log_entry_field::size);
        if (size < f::log_entry_field::first_page || size > log.size() - at) return;
        f::put_text(log, at, "HvLE");
        if (in_sequence) f::put_u32(log, at + f::log_entry_field::sequence, next++);
        f::mend_entry(log, at);
        at += size;
    }
}

void mend_log(Bytes& log, const Bytes& primary, unsigned seed) {
    if (log.size() < f::log_sector_bytes) return;
    f::put_text(log, 0, "regf");
    if (primary.size() >= f::log_sector_bytes) {
        for (std::size_t at = f::base_block::timestamp; at < f::base_block::timestamp + 8; ++at) {
            log[at] = primary[at];
        }
    }
    const std::uint32_t number = f::get_u32(log, f::base_block::primary_sequence);
    f::put_sequences(log, number, number);
    if (f::get_u32(log, f::base_block::file_type) == f::new_log_type) {
        mend_entries(log, seed % 4 != 0);
    } else if (log.size() >= f::log_sector_bytes + 4) {
        f::put_text(log, f::log_sector_bytes, "DIRT");
    }
}

}  // namespace

PackedHive unpack(const std::uint8_t* data, std::size_t size) {
    const auto* bytes = reinterpret_cast<const std::byte*>(data);
    const Bytes input(bytes, bytes + size);
    const std::vector<Part> parts = parts_of(input);
    PackedHive hive;
    hive.primary = cut_out(input, parts[0]);
    hive.logs.push_back({"SYSTEM.LOG1", cut_out(input, parts[1]), ""});
    hive.logs.push_back({"SYSTEM.LOG2", cut_out(input, parts[2]), ""});
    return hive;
}

void mend(std::uint8_t* data, std::size_t size, unsigned seed) {
    // One in eight stays broken: refusals want to be tried, too.
    if (seed % 8 == 0 || size < sizes_bytes) return;
    auto* bytes = reinterpret_cast<std::byte*>(data);
    const Bytes input(bytes, bytes + size);
    const std::vector<Part> parts = parts_of(input);
    Bytes primary = cut_out(input, parts[0]);
    if (primary.size() >= f::log_sector_bytes) {
        f::put_text(primary, 0, "regf");
        // Now and then a wrong one, for which the log's base block is taken.
        if (seed / 8 % 8 != 0) f::mend_checksum(primary);
        std::copy(primary.begin(), primary.end(), bytes + parts[0].begin);
    }
    for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
        Bytes log = cut_out(input, parts[i]);
        mend_log(log, primary, seed / 64);
        std::copy(log.begin(), log.end(), bytes + parts[i].begin);
    }
}

void require_good_replay(const PackedHive& hive) {
    if (!regf::has_hive_signature(hive.primary) ||
        hive.primary.size() < regf::base_block_head_bytes) {
        return;  // no hive: nobody asks for its replay
    }
    const recovery::Replay replay = recovery::replay_logs(hive.primary, hive.logs);
    if (replay.logs.size() != hive.logs.size()) std::abort();
    if (!replay.image) return;
    const regf::BaseBlock head = regf::read_base_block(*replay.image);
    if (!head.checksum_is_right() || !head.sequence_numbers_agree()) std::abort();
    std::size_t most = hive.primary.size() + regf::base_block_size_bytes;
    for (const recovery::LogFile& log : hive.logs) most += log.bytes.size();
    if (replay.image->size() > most) std::abort();
    if (replay.image->size() < regf::base_block_size_bytes + head.bins_size_bytes) std::abort();
}

}  // namespace nlafix::test
