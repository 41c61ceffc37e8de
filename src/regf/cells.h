// SPDX-License-Identifier: GPL-2.0-or-later
// What keys and values are read from: the allocated cells of a hive.
// Owns: the interface between the records of a hive and how its bytes are at hand: all of them
//   (regf/hive.h), or page by page (regf/lazy_hive.h).
#pragma once

#include <cstdint>
#include <string>

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

/// What is wrong with a reference to `offset`, where no allocated cell starts.
std::string no_cell_message(CellOffset offset);

/// Throws Error(malformed_hive) with that message.
[[noreturn]] void throw_no_cell(CellOffset offset);

class Cells {
public:
    Cells() = default;
    Cells(const Cells&) = default;
    Cells& operator=(const Cells&) = default;
    virtual ~Cells() = default;

    virtual const BaseBlock& base_block() const = 0;
    /// Of the file, which no count or size that stands in it can exceed.
    virtual std::uint64_t file_size_bytes() const = 0;
    /// Content of the allocated cell at `offset`, without its size field, padding included; valid
    /// as long as the object. Throws Error(malformed_hive) where no allocated cell starts.
    virtual ByteView cell(CellOffset offset) const = 0;
    /// Whether an allocated cell starts at `offset`.
    virtual bool is_allocated(CellOffset offset) const = 0;
    /// Whether a key is looked for as Windows does it, by the hashes and hints of the lists, which
    /// spares a reading of its siblings. Where the whole hive is judged, wrong ones have been
    /// warned of, and names alone count.
    virtual bool looks_up_by_hint() const = 0;
};

}  // namespace nlafix::regf
