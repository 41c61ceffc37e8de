// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/old_format.h"

#include <algorithm>

#include "regf/base_block.h"

namespace nlafix::recovery {
namespace {

constexpr std::size_t sector_bytes = 512;
constexpr std::size_t vector_at = sector_bytes + 4;  // behind the signature
constexpr std::uint32_t signature = 0x54524944;      // "DIRT"

bool is_dirty(ByteView vector, std::size_t page) {
    return ((std::to_integer<unsigned>(vector[page / 8]) >> (page % 8)) & 1U) != 0;
}

}  // namespace

OldFormatLog read_old_format(ByteView log, std::uint32_t bins_size_bytes) {
    OldFormatLog result;
    const std::size_t page_total = bins_size_bytes / sector_bytes;
    const std::size_t vector_bytes = page_total / 8;
    if (!range_is_inside(vector_at, vector_bytes, log.size()) ||
        u32_at(log, sector_bytes) != signature) {
        result.error = "it has no whole dirty vector";
        return result;
    }
    const ByteView vector = log.subspan(vector_at, vector_bytes);
    const std::size_t vector_end = vector_at + vector_bytes;
    std::size_t at = (vector_end + sector_bytes - 1) / sector_bytes * sector_bytes;
    for (std::size_t page = 0; page < page_total;) {
        if (!is_dirty(vector, page)) {
            ++page;
            continue;
        }
        std::size_t end = page;
        while (end < page_total && is_dirty(vector, end)) ++end;
        const std::size_t length = (end - page) * sector_bytes;
        if (!range_is_inside(at, length, log.size())) {
            result.error = "its dirty vector claims pages that are not in the file";
            return result;
        }
        result.ranges.push_back({page * sector_bytes, log.subspan(at, length)});
        result.page_count += end - page;
        at += length;
        page = end;
    }
    return result;
}

void lay_ranges(const OldFormatLog& log, PageOverlay& over) {
    for (const DirtyRange& range : log.ranges) {
        over.lay(regf::base_block_size_bytes + range.offset_in_bins, range.bytes);
    }
}

Bytes write_old_format(ByteView base_block, ByteView image, const std::vector<BinsRange>& pages) {
    // A bit stands for a sector, so a page is a whole byte.
    Bytes log(base_block.begin(), base_block.end());
    log.resize(rounded_up(vector_at + u32_at(image, regf::bins_size_at) / regf::page_size_bytes,
                          sector_bytes));
    put_u32(log, sector_bytes, signature);
    for (const BinsRange& range : pages) {
        const std::size_t first = vector_at + range.offset / regf::page_size_bytes;
        std::fill_n(log.begin() + static_cast<std::ptrdiff_t>(first),
                    range.size_bytes / regf::page_size_bytes, std::byte{0xff});
        const ByteView bytes =
            slice(image, regf::base_block_size_bytes + range.offset, range.size_bytes);
        log.insert(log.end(), bytes.begin(), bytes.end());
    }
    return log;
}

}  // namespace nlafix::recovery
