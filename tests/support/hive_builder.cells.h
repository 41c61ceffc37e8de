// SPDX-License-Identifier: GPL-2.0-or-later
// Hive bins and cells, for hive_builder.cpp alone.
//
// Owns: where the next cell goes, and the headers of bins and cells.
// Never: what is in a cell.
//
// Format: "Windows registry file format specification", sections "Hive bin" and "Cell".
#pragma once

#include <limits>
#include <stdexcept>
#include <utility>

#include "hive_builder.h"

namespace nlafix::fixture {

template <class To, class From>
To narrow(From number) {
    if (std::cmp_greater(number, std::numeric_limits<To>::max())) {
        throw std::invalid_argument("a number does not fit its field");
    }
    return static_cast<To>(number);
}

/// Appends cells to a file that begins with room for the base block.
class CellWriter {
public:
    explicit CellWriter(const HiveOptions& options);

    /// A cell in use for a record of this size, filled with zeros. Never crosses a hive bin.
    std::uint32_t allocate(std::size_t record_size);
    std::uint32_t allocate_bytes(const Bytes& record);
    std::uint32_t allocate_offsets(const std::vector<std::uint32_t>& offsets);
    void put_bytes(std::uint32_t cell, std::size_t offset_in_record, const Bytes& data);

    /// What is left of the hive bin becomes a free cell, or with `fill` part of the last cell.
    void close_bin(bool fill);

    Bytes& file() { return file_; }
    std::uint32_t bins_end() const;  ///< from the first hive bin
    const std::vector<std::uint32_t>& bins() const { return bins_; }
    const std::vector<std::uint32_t>& free_cells() const { return free_cells_; }

private:
    void open_bin(std::size_t cell_size);

    std::size_t bin_size_bytes_;
    std::uint64_t timestamp_;
    Bytes file_;
    std::uint32_t next_ = 0;
    std::uint32_t last_cell_ = 0;
    std::vector<std::uint32_t> bins_;
    std::vector<std::uint32_t> free_cells_;
};

}  // namespace nlafix::fixture
