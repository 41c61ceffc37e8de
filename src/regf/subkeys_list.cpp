// SPDX-License-Identifier: GPL-2.0-or-later
#include "regf/subkeys_list.h"

#include <algorithm>

#include "base/error.h"
#include "regf/name.h"

namespace nlafix::regf {
namespace {

constexpr std::uint16_t index_leaf = 0x696c;  // "li"
constexpr std::uint16_t fast_leaf = 0x666c;   // "lf"
constexpr std::uint16_t hash_leaf = 0x686c;   // "lh"
constexpr std::uint16_t index_root = 0x6972;  // "ri"

void require_room(ByteView cell, std::size_t element_bytes, CellOffset offset) {
    const std::uint16_t count = u16_at(cell, 2);
    if (count > (cell.size() - 4) / element_bytes) {
        throw Error(ErrorCode::malformed_hive,
                    "subkeys list: " + std::to_string(count) + " elements do not fit into its cell")
            .offset(offset_in_file(offset));
    }
}

}  // namespace

SubkeysLeaf::SubkeysLeaf(const Cells& cells, CellOffset offset)
    : offset_(offset), cell_(cells.cell(offset)) {
    switch (u16_at(cell_, 0)) {
        case index_leaf: kind_ = Kind::index; break;
        case fast_leaf: kind_ = Kind::fast; break;
        case hash_leaf: kind_ = Kind::hash; break;
        case index_root:
            throw Error(ErrorCode::malformed_hive, "subkeys list: an index root in an index root")
                .offset(offset_in_file(offset));
        default:
            throw Error(ErrorCode::malformed_hive,
                        "subkeys list: no signature \"lf\", \"lh\", \"li\" or \"ri\"")
                .offset(offset_in_file(offset));
    }
    require_room(cell_, kind_ == Kind::index ? 4 : 8, offset);
}

bool SubkeysLeaf::may_be_named(std::uint16_t index, std::string_view ascii_name) const {
    switch (kind_) {
        case Kind::index: return true;
        case Kind::hash: return hint(index) == upper_case_hash(ascii_name);
        case Kind::fast: break;
    }
    // The first four characters; nothing where they are none of a byte each.
    const Name start{
        cell_.subspan(element_at(index) + 4, std::min<std::size_t>(4, ascii_name.size()))};
    return hint(index) == 0 || start.equals_ascii(ascii_name.substr(0, 4));
}

bool is_index_root(const Cells& cells, CellOffset offset) {
    return u16_at(cells.cell(offset), 0) == index_root;
}

std::vector<SubkeysLeaf> subkeys_leaves(const Cells& cells, CellOffset offset) {
    std::vector<SubkeysLeaf> leaves;
    if (!is_index_root(cells, offset)) {
        leaves.emplace_back(cells, offset);
        return leaves;
    }
    const ByteView cell = cells.cell(offset);
    require_room(cell, 4, offset);
    const std::uint16_t count = u16_at(cell, 2);
    leaves.reserve(count);
    for (std::uint16_t i = 0; i < count; ++i) leaves.emplace_back(cells, u32_at(cell, 4U + 4U * i));
    return leaves;
}

}  // namespace nlafix::regf
