// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/page_overlay.h"

#include <algorithm>
#include <iterator>

namespace nlafix::recovery {

/// Makes two pieces of one that has bytes on both sides of `offset`.
void PageOverlay::cut_at(std::uint64_t offset) {
    const auto behind = pieces_.upper_bound(offset);
    if (behind == pieces_.begin()) return;
    const auto piece = std::prev(behind);
    const std::uint64_t before = offset - piece->first;
    if (before == 0 || before >= piece->second.size()) return;
    pieces_.emplace_hint(behind, offset, piece->second.subspan(static_cast<std::size_t>(before)));
    piece->second = piece->second.first(static_cast<std::size_t>(before));
}

void PageOverlay::lay(std::uint64_t offset, ByteView bytes) {
    if (bytes.empty()) return;
    const std::uint64_t end = offset + bytes.size();
    cut_at(offset);
    cut_at(end);
    pieces_.erase(pieces_.lower_bound(offset), pieces_.lower_bound(end));
    pieces_.emplace(offset, bytes);
    grow_to(end);
}

void PageOverlay::grow_to(std::uint64_t size_bytes) {
    size_ = std::max(size_, size_bytes);
}

void PageOverlay::read(ByteSource& below, MutableByteView into, std::uint64_t offset) const {
    const std::uint64_t end = offset + into.size();
    const std::uint64_t end_below = std::min(end, below.size_bytes());
    // Only what shows through is asked of the file below.
    std::uint64_t at = offset;
    const auto fill_up_to = [&](std::uint64_t limit) {
        const std::uint64_t from_below = std::min(std::max(at, end_below), limit);
        if (from_below > at) {
            below.read(into.subspan(static_cast<std::size_t>(at - offset),
                                    static_cast<std::size_t>(from_below - at)),
                       at);
        }
        std::fill(into.begin() + static_cast<std::ptrdiff_t>(from_below - offset),
                  into.begin() + static_cast<std::ptrdiff_t>(limit - offset), std::byte{0});
        at = limit;
    };
    auto piece = pieces_.upper_bound(offset);
    if (piece != pieces_.begin()) --piece;
    for (; piece != pieces_.end() && piece->first < end; ++piece) {
        const std::uint64_t begin = std::max(piece->first, offset);
        const std::uint64_t stop = std::min(piece->first + piece->second.size(), end);
        if (stop <= begin) continue;
        fill_up_to(begin);
        const ByteView bytes = piece->second.subspan(static_cast<std::size_t>(begin - piece->first),
                                                     static_cast<std::size_t>(stop - begin));
        std::copy(bytes.begin(), bytes.end(),
                  into.begin() + static_cast<std::ptrdiff_t>(begin - offset));
        at = stop;
    }
    fill_up_to(end);
}

bool PageOverlay::changes_nothing(ByteSource& below) const {
    if (size_ > below.size_bytes()) return false;
    return std::all_of(pieces_.begin(), pieces_.end(), [&](const auto& piece) {
        return equal(read_range(below, piece.first, piece.second.size()), piece.second);
    });
}

}  // namespace nlafix::recovery
