// SPDX-License-Identifier: GPL-2.0-or-later
#include "regf/hive.h"

#include <algorithm>

#include "base/error.h"
#include "regf/hive_bin.h"

namespace nlafix::regf {
namespace {

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
        const BinHeader header =
            read_bin_header(bins.subspan(bin), bin, base_block_.bins_size_bytes);
        if (!header.problem.empty()) return damaged(header.problem, bin);
        const std::uint32_t size = header.size_bytes;
        read_cells_of_bin(bin, std::min(size, end - bin));
        if (size > end - bin) return;  // cut: reported above
        bin += size;
    }
}

void Hive::read_cells_of_bin(std::uint32_t bin_offset, std::uint32_t bin_size) {
    const ByteView bin = file_.subspan(base_block_size_bytes + bin_offset, bin_size);
    bool previous_is_free = false;
    const std::uint32_t end = visit_cells(bin, [&](std::uint32_t at, bool is_allocated) {
        if (is_allocated) allocated_.insert(bin_offset + at);
        if (!is_allocated && previous_is_free) ++unmerged_free_cells_;
        previous_is_free = !is_allocated;
    });
    if (end != bin_size) {
        layout_damage_.push_back({cell_problem(bin, end), offset_in_file(bin_offset + end)});
    }
}

ByteView Hive::cell(CellOffset offset) const {
    if (!allocated_.contains(offset)) throw_no_cell(offset);
    return cell_content(file_.subspan(base_block_size_bytes), offset);
}

}  // namespace nlafix::regf
