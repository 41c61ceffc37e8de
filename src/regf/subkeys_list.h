// SPDX-License-Identifier: GPL-2.0-or-later
// Lists of subkeys: "lf", "lh", "li", and "ri" above them (specification: index leaf, fast leaf,
// hash leaf, index root).
#pragma once

#include <string_view>
#include <vector>

#include "regf/cells.h"

namespace nlafix::regf {

/// A view of one leaf.
class SubkeysLeaf {
public:
    enum class Kind { index, fast, hash };

    /// Throws Error(malformed_hive) unless a leaf with all its elements is at `offset`.
    SubkeysLeaf(const Cells& cells, CellOffset offset);

    CellOffset offset() const { return offset_; }
    Kind kind() const { return kind_; }
    std::uint16_t count() const { return u16_at(cell_, 2); }
    CellOffset key_node(std::uint16_t index) const { return u32_at(cell_, element_at(index)); }
    /// Name hash of a hash leaf's element, name hint of a fast leaf's.
    std::uint32_t hint(std::uint16_t index) const { return u32_at(cell_, element_at(index) + 4); }
    /// False where hash or hint say that the element has another name, whatever its case.
    bool may_be_named(std::uint16_t index, std::string_view ascii_name) const;

private:
    std::size_t element_at(std::uint16_t index) const {
        return 4 + std::size_t{index} * (kind_ == Kind::index ? 4U : 8U);
    }

    CellOffset offset_;
    ByteView cell_;
    Kind kind_ = Kind::index;
};

/// The leaves of the list at `offset`, one or those of its index root. An index root below an
/// index root is damage, so nothing nests. Throws Error(malformed_hive).
std::vector<SubkeysLeaf> subkeys_leaves(const Cells& cells, CellOffset offset);

/// True when the list at `offset` is an index root.
bool is_index_root(const Cells& cells, CellOffset offset);

}  // namespace nlafix::regf
