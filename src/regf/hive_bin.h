// SPDX-License-Identifier: GPL-2.0-or-later
// A hive bin, "hbin": its header, and the row of cells in it (specification: hive bin, cell).
// Never: decides what a broken one means.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace nlafix::regf {

inline constexpr std::uint32_t bin_header_bytes = 32;
inline constexpr std::uint32_t bin_size_at = 8;
inline constexpr std::uint32_t bin_timestamp_at = 20;
inline constexpr std::uint32_t cell_content_at = 4;  // behind the size field
/// As much of the header as says where a bin lies and how large it is.
inline constexpr std::uint32_t bin_place_bytes = 12;

struct BinHeader {
    std::uint32_t size_bytes = 0;
    std::string problem;  // why it is none; empty for a bin
};

/// The header at the start of `bytes` (bin_place_bytes at least), which lies at `offset` in hive
/// bins data of `bins_size_bytes`.
BinHeader read_bin_header(ByteView bytes, std::uint32_t offset, std::uint32_t bins_size_bytes);

/// The size field of the cell at `at` of `bin`; 0, which no cell has, where the bin ends before.
inline std::uint32_t raw_cell_size(ByteView bin, std::uint32_t at) {
    return bin.size() - at < 4 ? 0 : u32_at(bin, at);
}

/// Calls visit(offset in the bin, whether it is allocated) for each cell of `bin`, which includes
/// its header. Returns the offset of the first one whose size does not fit, and stops there; the
/// size of the bin where all do.
template <typename Visit>
std::uint32_t visit_cells(ByteView bin, Visit visit) {
    constexpr std::uint32_t smallest_cell_bytes = 8;
    const auto bin_size = static_cast<std::uint32_t>(bin.size());
    std::uint32_t at = bin_header_bytes;
    while (at < bin_size) {
        // Allocated cells store their size as a negative number.
        const std::uint32_t raw = raw_cell_size(bin, at);
        const bool is_allocated = (raw & 0x80000000) != 0;
        const std::uint32_t size = is_allocated ? 0U - raw : raw;
        if (size < smallest_cell_bytes || size % 8 != 0 || size > bin_size - at) return at;
        visit(at, is_allocated);
        at += size;
    }
    return bin_size;
}

/// What is said of the cell at which visit_cells stopped.
std::string cell_problem(ByteView bin, std::uint32_t at);

/// Content of the allocated cell at `at` of a bin or of the hive bins data, which was visited.
inline ByteView cell_content(ByteView bins, std::uint32_t at) {
    return bins.subspan(std::size_t{at} + cell_content_at,
                        (0U - u32_at(bins, at)) - cell_content_at);
}

}  // namespace nlafix::regf
