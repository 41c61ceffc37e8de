// SPDX-License-Identifier: GPL-2.0-or-later
// A hive as bins and cells (specification: hive bin, cell).
// Owns: the map of allocated cells; every reference is looked up in it.
// Never: writes, trusts an offset, or owns the bytes.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "regf/base_block.h"
#include "regf/cell_set.h"

namespace nlafix::regf {

/// Something in the file that breaks the format.
struct Damage {
    std::string message;
    std::uint64_t offset_in_file = 0;
};

/// Where a cell of the hive bins data lies in the file.
constexpr std::uint64_t offset_in_file(std::uint64_t offset_in_bins) {
    return base_block_size_bytes + offset_in_bins;
}

class Hive {
public:
    /// Reads base block, bins and cells of `file`, which must outlive the object. A base block that
    /// cannot be used throws (see require_primary_file); damaged bins do not: they end in
    /// `layout_damage`, and what lies in them cannot be reached.
    explicit Hive(ByteView file);

    ByteView file() const { return file_; }
    const BaseBlock& base_block() const { return base_block_; }
    /// First byte behind the last bin, in the file; the file may go on.
    std::uint64_t end_of_bins() const { return offset_in_file(base_block_.bins_size_bytes); }

    /// Content of the allocated cell at `offset`, without its size field, padding included.
    /// Throws Error(malformed_hive) where no allocated cell starts.
    ByteView cell(CellOffset offset) const;
    bool is_allocated(CellOffset offset) const { return allocated_.contains(offset); }

    const std::vector<Damage>& layout_damage() const { return layout_damage_; }
    /// Free cells that follow another free cell in the same bin; Windows would have merged them.
    std::uint32_t unmerged_free_cells() const { return unmerged_free_cells_; }

private:
    void read_bins();
    void read_cells_of_bin(std::uint32_t bin_offset, std::uint32_t bin_size);

    ByteView file_;
    BaseBlock base_block_;
    CellSet allocated_;
    std::vector<Damage> layout_damage_;
    std::uint32_t unmerged_free_cells_ = 0;
};

}  // namespace nlafix::regf
