// SPDX-License-Identifier: GPL-2.0-or-later
#include "regf/hive.h"

#include <algorithm>

#include "base/error.h"

namespace nlafix::regf {
namespace {

constexpr std::uint32_t bin_signature = 0x6e696268;  // "hbin"
constexpr std::uint32_t bin_header_bytes = 32;
constexpr std::uint32_t smallest_cell_bytes = 8;

BaseBlock checked_base_block(ByteView file) {
    const BaseBlock base_block = read_base_block(file);
    require_primary_file(base_block);
    if (file.size() < base_block_size_bytes) {
        throw Error(ErrorCode::malformed_hive,
                    "base block is cut: the file has " + std::to_string(file.size()) + " bytes")
            .offset(file.size());
    }
    return base_block;
}

/// The bins as far as the file has them.
std::size_t readable_bins_bytes(ByteView file, const BaseBlock& base_block) {
    return std::min<std::size_t>(base_block.bins_size_bytes, file.size() - base_block_size_bytes);
}

}  // namespace

Hive::Hive(ByteView file)
    : file_(file),
      base_block_(checked_base_block(file)),
      allocated_(readable_bins_bytes(file, base_block_)) {
    read_bins();
}

void Hive::read_bins() {
    const auto end = static_cast<std::uint32_t>(readable_bins_bytes(file_, base_block_));
    if (end != base_block_.bins_size_bytes) {
        layout_damage_.push_back({"hive bins data is cut: the base block names " +
                                      std::to_string(base_block_.bins_size_bytes) +
                                      " bytes, the file has " + std::to_string(end),
                                  file_.size()});
    }
    const auto damaged = [this](const std::string& what, std::uint32_t bin) {
        layout_damage_.push_back({"hive bin: " + what, offset_in_file(bin)});
    };
    const ByteView bins = file_.subspan(base_block_size_bytes);
    std::uint32_t bin = 0;
    while (bin < end) {
        if (end - bin < bin_header_bytes) return damaged("header is cut", bin);
        if (u32_at(bins, bin) != bin_signature) return damaged("no signature \"hbin\"", bin);
        if (u32_at(bins, bin + 4) != bin) {
            return damaged("names the offset " + std::to_string(u32_at(bins, bin + 4)) +
                               ", expected " + std::to_string(bin),
                           bin);
        }
        const std::uint32_t size = u32_at(bins, bin + 8);
        if (size == 0 || size % page_size_bytes != 0 || size > base_block_.bins_size_bytes - bin) {
            return damaged("size " + std::to_string(size) +
                               " is no multiple of 4096 that fits into the hive bins data",
                           bin);
        }
        read_cells_of_bin(bin, std::min(size, end - bin));
        if (size > end - bin) return;  // cut: reported above
        bin += size;
    }
}

void Hive::read_cells_of_bin(std::uint32_t bin_offset, std::uint32_t bin_size) {
    const ByteView bin = file_.subspan(base_block_size_bytes + bin_offset, bin_size);
    bool previous_is_free = false;
    std::uint32_t at = bin_header_bytes;
    while (at < bin_size) {
        // Allocated cells store their size as a negative number.
        const std::uint32_t raw = bin_size - at < 4 ? 0 : u32_at(bin, at);
        const bool is_allocated = (raw & 0x80000000) != 0;
        const std::uint32_t size = is_allocated ? 0U - raw : raw;
        if (size < smallest_cell_bytes || size % 8 != 0 || size > bin_size - at) {
            layout_damage_.push_back({"cell: size " +
                                          std::to_string(static_cast<std::int32_t>(raw)) +
                                          " is no multiple of 8 that fits into its hive bin",
                                      offset_in_file(bin_offset + at)});
            return;
        }
        if (is_allocated) allocated_.insert(bin_offset + at);
        if (!is_allocated && previous_is_free) ++unmerged_free_cells_;
        previous_is_free = !is_allocated;
        at += size;
    }
}

ByteView Hive::cell(CellOffset offset) const {
    if (!allocated_.contains(offset)) {
        throw Error(ErrorCode::malformed_hive,
                    "a reference to offset " + std::to_string(offset) +
                        " of the hive bins data, where no allocated cell starts")
            .offset(offset_in_file(offset));
    }
    const ByteView bins = file_.subspan(base_block_size_bytes);
    return bins.subspan(offset + 4U, (0U - u32_at(bins, offset)) - 4U);
}

}  // namespace nlafix::regf
