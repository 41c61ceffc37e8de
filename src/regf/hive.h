// SPDX-License-Identifier: GPL-2.0-or-later
// A hive as bins and cells (specification: hive bin, cell).
// Owns: the map of allocated cells; every reference is looked up in it.
// Never: writes, trusts an offset, or owns the bytes.
#pragma once

#include <vector>

#include "regf/cells.h"

namespace nlafix::regf {

class Hive final : public Cells {
public:
    /// Reads base block, bins and cells of `file`, which must outlive the object. A base block that
    /// cannot be used throws (see require_primary_file); damaged bins do not: they end in
    /// `layout_damage`, and what lies in them cannot be reached.
    explicit Hive(ByteView file);

    ByteView file() const { return file_; }
    const BaseBlock& base_block() const override { return base_block_; }
    std::uint64_t file_size_bytes() const override { return file_.size(); }
    bool looks_up_by_hint() const override { return false; }
    /// First byte behind the last bin, in the file; the file may go on.
    std::uint64_t end_of_bins() const { return offset_in_file(base_block_.bins_size_bytes); }

    ByteView cell(CellOffset offset) const override;
    bool is_allocated(CellOffset offset) const override { return allocated_.contains(offset); }

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
