// SPDX-License-Identifier: GPL-2.0-or-later
// A set of cell offsets, one bit for each 8 bytes of hive bins data: 1/64 of the hive's size.
#pragma once

#include <cstdint>
#include <vector>

namespace nlafix::regf {

/// Offset of a cell in the hive bins data, in bytes. 4096 + offset is its place in the file.
using CellOffset = std::uint32_t;

inline constexpr CellOffset no_cell = 0xffffffff;

class CellSet {
public:
    explicit CellSet(std::size_t bins_size_bytes = 0) : bits_(bins_size_bytes / 8) {}

    bool contains(CellOffset offset) const {
        return offset % 8 == 0 && offset / 8 < bits_.size() && bits_[offset / 8];
    }
    /// False when it was there already, or lies outside; two offsets of the same 8 bytes are one.
    bool insert(CellOffset offset) {
        if (offset / 8 >= bits_.size()) return false;
        if (bits_[offset / 8]) return false;
        bits_[offset / 8] = true;
        return true;
    }

private:
    std::vector<bool> bits_;
};

}  // namespace nlafix::regf
