// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/epochs.h"

#include <algorithm>

#include "regf/base_block.h"

namespace nlafix::commit {
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

/// The first 512 bytes of `base`, with unequal sequence numbers, so that every reader sees that
/// the write did not end.
Bytes opening_head(ByteView base, std::uint32_t primary, std::uint64_t timestamp) {
    const ByteView first = slice(base, 0, head_bytes);
    Bytes opening(first.begin(), first.end());
    put_u64(opening, regf::timestamp_at, timestamp);
    regf::put_sequence_numbers(opening, primary, primary - 1);
    return opening;
}

}  // namespace

Bytes opening_head_of_fix(ByteView before, ByteView after) {
    const regf::BaseBlock written = regf::read_base_block(after);
    return opening_head(before, written.primary_sequence, written.timestamp);
}

Bytes opening_head_of_undo(ByteView after) {
    const regf::BaseBlock written = regf::read_base_block(after);
    return opening_head(after, written.primary_sequence + 1, written.timestamp);
}

std::vector<Epoch> in_place_epochs(ByteView current, ByteView wanted, ByteView opening,
                                   Direction direction) {
    std::vector<Epoch> epochs;
    const auto write_of = [](std::size_t at, ByteView bytes) {
        return Write{primary_file, at, Bytes(bytes.begin(), bytes.end())};
    };
    if (wanted.size() > current.size()) {
        const Write room = write_of(current.size(), wanted.subspan(current.size()));
        epochs.push_back({"room behind the end", {room}, {}, false, false});
    }
    Epoch timestamp{"time of the first bin", {}, {}, true, false};
    Epoch pages{"pages", {}, {}, true, false};
    const std::size_t common = std::min(current.size(), wanted.size());
    for (std::size_t at = head_bytes; at < common; at = end_of_piece(at)) {
        const std::size_t length = std::min(end_of_piece(at), common) - at;
        if (equal(current.subspan(at, length), wanted.subspan(at, length))) continue;
        Epoch& epoch = at == regf::first_bin_timestamp_at ? timestamp : pages;
        epoch.writes.push_back(write_of(at, wanted.subspan(at, length)));
    }
    const bool has_timestamp = !timestamp.writes.empty();
    if (has_timestamp && direction == Direction::fix) epochs.push_back(timestamp);
    epochs.push_back({"opening header", {write_of(0, opening)}, {}, true, false});
    if (!pages.writes.empty()) epochs.push_back(std::move(pages));
    epochs.push_back({"final header", {write_of(0, wanted.first(head_bytes))}, {}, true, false});
    if (has_timestamp && direction == Direction::undo) epochs.push_back(timestamp);
    // A shorter file comes last: until its head is final, the old bins may still be read.
    if (wanted.size() < current.size()) {
        epochs.push_back({"end of the file", {}, {{primary_file, wanted.size()}}, true, false});
    }
    return epochs;
}

bool is_cut_write(ByteView found, ByteView before, ByteView after) {
    const std::size_t shorter = std::min(before.size(), after.size());
    const std::size_t longer = std::max(before.size(), after.size());
    if (found.size() < shorter || found.size() > longer) return false;
    const Bytes fixing = opening_head_of_fix(before, after);
    const Bytes undoing = opening_head_of_undo(after);
    const auto is_of = [](ByteView view, std::size_t at, std::byte value) {
        return at < view.size() && view[at] == value;
    };
    for (std::size_t at = 0; at < found.size(); ++at) {
        const std::byte value = found[at];
        if (is_of(before, at, value) || is_of(after, at, value) || is_of(fixing, at, value) ||
            is_of(undoing, at, value)) {
            continue;
        }
        // Room that was taken but not filled reads as zeros.
        if (at >= shorter && value == std::byte{0}) continue;
        return false;
    }
    return true;
}

}  // namespace nlafix::commit
