// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/bins_range.h"

#include <algorithm>

#include "regf/base_block.h"

namespace nlafix::recovery {
namespace {

constexpr std::size_t sector_bytes = 512;

/// End of the hive bins data, or of the file where that is shorter.
std::size_t end_of_bins(ByteView image) {
    return std::min(image.size(),
                    regf::base_block_size_bytes + std::size_t{u32_at(image, regf::bins_size_at)});
}

/// Bytes from `at` to `end` of `image`; fewer where it is shorter.
ByteView part(ByteView image, std::size_t at, std::size_t end) {
    if (at >= image.size()) return {};
    return image.subspan(at, std::min(end, image.size()) - at);
}

}  // namespace

std::vector<BinsRange> changed_pages(ByteView before, ByteView after) {
    std::vector<BinsRange> pages;
    const std::size_t grown_from = end_of_bins(before);
    const std::size_t end = end_of_bins(after);
    for (std::size_t at = regf::base_block_size_bytes; at < end; at += regf::page_size_bytes) {
        const std::size_t page_end = std::min(at + regf::page_size_bytes, end);
        if (page_end <= grown_from &&
            equal(part(before, at, page_end), part(after, at, page_end))) {
            continue;
        }
        const auto offset = static_cast<std::uint32_t>(at - regf::base_block_size_bytes);
        const auto size = static_cast<std::uint32_t>(page_end - at);
        if (!pages.empty() && pages.back().offset + pages.back().size_bytes == offset) {
            pages.back().size_bytes += size;
        } else {
            pages.push_back({offset, size});
        }
    }
    return pages;
}

std::vector<Write> changed_sectors(FileIndex file, ByteView before, ByteView after,
                                   std::size_t begin) {
    std::vector<Write> writes;
    for (std::size_t at = begin; at < after.size();) {
        const std::size_t end = std::min((at / sector_bytes + 1) * sector_bytes, after.size());
        const ByteView sector = part(after, at, end);
        if (!equal(part(before, at, end), sector)) {
            const bool follows =
                !writes.empty() && writes.back().offset + writes.back().after.size() == at;
            if (!follows) writes.push_back({file, at, {}});
            Bytes& bytes = writes.back().after;
            bytes.insert(bytes.end(), sector.begin(), sector.end());
        }
        at = end;
    }
    return writes;
}

bool same_content(ByteView a, ByteView b) {
    constexpr std::size_t time_end = regf::first_bin_timestamp_at + 8;
    if (a.size() < time_end || b.size() < time_end) return equal(a, b);
    const regf::BaseBlock x = regf::read_base_block(a);
    const regf::BaseBlock y = regf::read_base_block(b);
    if (x.minor_version != y.minor_version || x.root_offset != y.root_offset ||
        x.bins_size_bytes != y.bins_size_bytes) {
        return false;
    }
    const std::size_t end =
        regf::base_block_size_bytes + static_cast<std::size_t>(x.bins_size_bytes);
    return end <= std::min(a.size(), b.size()) &&
           equal(part(a, regf::base_block_size_bytes, regf::first_bin_timestamp_at),
                 part(b, regf::base_block_size_bytes, regf::first_bin_timestamp_at)) &&
           equal(part(a, time_end, end), part(b, time_end, end));
}

}  // namespace nlafix::recovery
