// SPDX-License-Identifier: GPL-2.0-or-later
// A hive of which single keys are looked up: only the bins that hold them are read.
// Owns: the bins that were read; that a cell is one only where the row of cells of its bin says so.
// Never: judges the hive as a whole, writes.
#pragma once

#include <map>
#include <vector>

#include "base/byte_source.h"
#include "regf/cells.h"

namespace nlafix::regf {

/// Memory: the bins that were touched, and a byte for each page of the file. One thread at a time.
class LazyHive final : public Cells {
public:
    /// Reads the base block of `file`, which must outlive the object. Throws what
    /// require_primary_file throws, and what `file` does.
    explicit LazyHive(ByteSource& file);

    const BaseBlock& base_block() const override { return base_block_; }
    std::uint64_t file_size_bytes() const override { return file_->size_bytes(); }
    /// Reads the bin of the cell, if it has not been read; throws what the file throws, too.
    ByteView cell(CellOffset offset) const override;
    bool is_allocated(CellOffset offset) const override;
    bool looks_up_by_hint() const override { return true; }

    /// What was found broken of what was read.
    const std::vector<Damage>& damage() const { return damage_; }

private:
    struct Bin {
        Bytes bytes;
        CellSet allocated;  // by their offset in the bin
    };
    enum class Page : unsigned char { unknown, in_a_bin, start_of_a_bin };

    struct Found {
        const Bin* bin = nullptr;
        std::uint32_t start = 0;  // of the bin
    };

    Found find(CellOffset offset) const;
    Found among_known_bins(CellOffset offset) const;
    bool starts_bin(std::uint32_t page) const;
    ByteView page_at(std::uint32_t page) const;
    const Bin& read_bin(std::uint32_t start) const;

    ByteSource* file_;
    BaseBlock base_block_;
    std::uint32_t bins_bytes_ = 0;  // whole pages, as far as the file has them
    // What was read so far. Looking a cell up changes nothing that a caller could see.
    mutable std::map<std::uint32_t, Bin> bins_;  // by their offset
    mutable std::vector<Page> pages_;
    mutable Bytes page_;  // the last one that was read alone
    mutable std::uint32_t page_start_ = 0;
    // What a hostile hive can make it cost.
    mutable std::uint64_t steps_left_ = 0;  // from page to page, in search of the start of a bin
    mutable std::uint64_t bytes_left_ = 0;  // of bins to be read
    mutable std::vector<Damage> damage_;
};

}  // namespace nlafix::regf
