// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/in_place.h"

#include <algorithm>
#include <utility>

#include "recovery/clean_hive.h"
#include "regf/base_block.h"

namespace nlafix::recovery {
namespace {

constexpr std::size_t head_bytes = regf::base_block_head_bytes;
constexpr std::size_t page_bytes = regf::page_size_bytes;

constexpr std::size_t bin_timestamp_end = regf::first_bin_timestamp_at + 8;

/// The end of the piece that begins at `at`: pieces end with a page, and around the timestamp of
/// the first bin, which is written on its own.
std::size_t end_of_piece(std::size_t at) {
    const std::size_t end_of_page = (at / page_bytes + 1) * page_bytes;
    for (const std::size_t edge : {regf::first_bin_timestamp_at, bin_timestamp_end}) {
        if (at < edge && edge < end_of_page) return edge;
    }
    return end_of_page;
}

/// The head of `before` with the timestamp of `after` and unequal sequence numbers above all
/// others, so that every reader sees that the write did not end.
Bytes opening_head(ByteView before, ByteView after) {
    const regf::BaseBlock written = regf::read_base_block(after);
    const ByteView first = slice(before, 0, head_bytes);
    Bytes opening(first.begin(), first.end());
    put_u64(opening, regf::timestamp_at, written.timestamp);
    regf::put_sequence_numbers(opening, written.primary_sequence, written.primary_sequence - 1);
    return opening;
}

Epoch cleared_logs(const std::vector<LogFile>& logs) {
    Epoch epoch{"base blocks of the logs", {}};
    for (std::size_t i = 0; i < logs.size(); ++i) {
        if (!logs[i].error.empty() || logs[i].bytes.size() < head_bytes) continue;
        if (!summarize_log(logs[i].bytes).is_valid(LogFormat::new_format)) continue;
        epoch.writes.push_back({file_of_log(i), 0, Bytes(head_bytes)});
    }
    return epoch;
}

}  // namespace

std::vector<Epoch> in_place_epochs(const HiveState& state, ByteView wanted) {
    const ByteView current = state.primary;
    std::vector<Epoch> epochs;
    const auto add = [&epochs](Epoch epoch) {
        if (!epoch.writes.empty() || !epoch.resizes.empty()) epochs.push_back(std::move(epoch));
    };
    const auto write_of = [](std::size_t at, ByteView bytes) {
        return Write{primary_file, at, Bytes(bytes.begin(), bytes.end())};
    };
    if (wanted.size() > current.size()) {
        add({"room behind the end", {write_of(current.size(), wanted.subspan(current.size()))}});
    }
    Epoch timestamp{"time of the first bin", {}};
    Epoch pages{"pages", {}};
    const std::size_t common = std::min(current.size(), wanted.size());
    for (std::size_t at = head_bytes; at < common; at = end_of_piece(at)) {
        const std::size_t length = std::min(end_of_piece(at), common) - at;
        if (equal(current.subspan(at, length), wanted.subspan(at, length))) continue;
        Epoch& epoch = at == regf::first_bin_timestamp_at ? timestamp : pages;
        epoch.writes.push_back(write_of(at, wanted.subspan(at, length)));
    }
    add(std::move(timestamp));
    const bool needs_logs = is_dirty(regf::read_base_block(current));
    if (!needs_logs) add(cleared_logs(state.logs));
    add({"opening header", {write_of(0, opening_head(current, wanted))}});
    if (needs_logs) add(cleared_logs(state.logs));
    add(std::move(pages));
    add({"final header", {write_of(0, wanted.first(head_bytes))}});
    // A shorter file comes last: until its head is final, the old bins may still be read.
    if (wanted.size() < current.size()) {
        add({"end of the file", {}, {{primary_file, wanted.size()}}});
    }
    return epochs;
}

}  // namespace nlafix::recovery
