// SPDX-License-Identifier: GPL-2.0-or-later
#include "regf/subkeys_list.h"

#include "base/error.h"

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

SubkeysLeaf::SubkeysLeaf(const Hive& hive, CellOffset offset)
    : offset_(offset), cell_(hive.cell(offset)) {
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

bool is_index_root(const Hive& hive, CellOffset offset) {
    return u16_at(hive.cell(offset), 0) == index_root;
}

std::vector<SubkeysLeaf> subkeys_leaves(const Hive& hive, CellOffset offset) {
    std::vector<SubkeysLeaf> leaves;
    if (!is_index_root(hive, offset)) {
        leaves.emplace_back(hive, offset);
        return leaves;
    }
    const ByteView cell = hive.cell(offset);
    require_room(cell, 4, offset);
    const std::uint16_t count = u16_at(cell, 2);
    leaves.reserve(count);
    for (std::uint16_t i = 0; i < count; ++i) leaves.emplace_back(hive, u32_at(cell, 4U + 4U * i));
    return leaves;
}

}  // namespace nlafix::regf
