// SPDX-License-Identifier: GPL-2.0-or-later
#include "regf/key_node.h"

#include "base/error.h"
#include "regf/subkeys_list.h"

namespace nlafix::regf {
namespace {

constexpr std::uint16_t signature = 0x6b6e;  // "nk"
constexpr std::size_t name_at = 76;
constexpr std::uint16_t flag_compressed_name = 0x20;

}  // namespace

KeyNode::KeyNode(const Cells& cells, CellOffset offset)
    : cells_(&cells), offset_(offset), cell_(cells.cell(offset)) {
    if (cell_.size() < name_at || u16_at(cell_, 0) != signature) {
        throw Error(ErrorCode::malformed_hive, "key node: no signature \"nk\"")
            .offset(offset_in_file(offset));
    }
    const std::uint16_t length = u16_at(cell_, 72);
    if (length == 0 || length > cell_.size() - name_at) {
        throw Error(ErrorCode::malformed_hive, "key node: a name of " + std::to_string(length) +
                                                   " bytes does not fit into its cell")
            .offset(offset_in_file(offset));
    }
}

ByteView KeyNode::fixed_part() const {
    return cell_.first(name_at);
}

Name KeyNode::name() const {
    return {cell_.subspan(name_at, u16_at(cell_, 72)), (flags() & flag_compressed_name) != 0};
}

std::uint32_t KeyNode::value_count() const {
    return (flags() & key_flag_predefined_handle) != 0 ? 0 : u32_at(cell_, key_node_value_count_at);
}

ByteView KeyNode::class_name() const {
    const std::uint16_t length = u16_at(cell_, 74);
    if (length == 0) return {};
    const ByteView content = cells_->cell(class_name_cell());
    if (length > content.size()) {
        throw Error(ErrorCode::malformed_hive, "key node: a class name of " +
                                                   std::to_string(length) +
                                                   " bytes does not fit into its cell")
            .offset(offset_in_file(offset_));
    }
    return content.first(length);
}

std::uint32_t KeyNode::maximum_length(std::size_t index) const {
    return u32_at(cell_, key_node_lengths_at + 4 * index);
}

std::vector<CellOffset> KeyNode::values() const {
    const std::uint32_t count = value_count();
    if (count == 0) return {};
    const ByteView list = cells_->cell(values_list());
    if (count > list.size() / 4) {
        throw Error(ErrorCode::malformed_hive, "key values list: " + std::to_string(count) +
                                                   " values do not fit into its cell")
            .offset(offset_in_file(values_list()));
    }
    std::vector<CellOffset> offsets(count);
    for (std::uint32_t i = 0; i < count; ++i) offsets[i] = u32_at(list, std::size_t{4} * i);
    return offsets;
}

/// Calls visit(leaf, index) for every element of the list.
template <typename Visit>
void KeyNode::visit_subkeys(Visit visit) const {
    if (subkey_count() == 0) return;
    // An index root may name one leaf again and again: the count alone would not limit the memory.
    constexpr std::size_t smallest_key_node_bytes = 80;
    if (subkey_count() > cells_->file_size_bytes() / smallest_key_node_bytes) {
        throw Error(ErrorCode::malformed_hive, "key node: counts " +
                                                   std::to_string(subkey_count()) +
                                                   " subkeys, more than fit into the hive")
            .offset(offset_in_file(offset_));
    }
    std::uint64_t found = 0;
    for (const SubkeysLeaf& leaf : subkeys_leaves(*cells_, subkeys_list())) {
        found += leaf.count();
        if (found > subkey_count()) break;  // wrong anyway: stop before it grows
        for (std::uint16_t i = 0; i < leaf.count(); ++i) visit(leaf, i);
    }
    require_subkey_count(found);
}

void KeyNode::require_subkey_count(std::uint64_t listed) const {
    if (listed == subkey_count()) return;
    const std::string found = listed > subkey_count() ? "more" : std::to_string(listed);
    throw Error(ErrorCode::malformed_hive, "key node: counts " + std::to_string(subkey_count()) +
                                               " subkeys, its list has " + found)
        .offset(offset_in_file(offset_));
}

std::vector<CellOffset> KeyNode::subkeys() const {
    std::vector<CellOffset> offsets;
    visit_subkeys(
        [&](const SubkeysLeaf& leaf, std::uint16_t i) { offsets.push_back(leaf.key_node(i)); });
    return offsets;
}

std::vector<CellOffset> KeyNode::subkeys_that_may_be(std::string_view ascii_name) const {
    std::vector<CellOffset> offsets;
    visit_subkeys([&](const SubkeysLeaf& leaf, std::uint16_t i) {
        if (leaf.may_be_named(i, ascii_name)) offsets.push_back(leaf.key_node(i));
    });
    return offsets;
}

KeyNode root_key(const Cells& cells) {
    return KeyNode(cells, cells.base_block().root_offset);
}

std::optional<KeyNode> find_subkey(const KeyNode& parent, std::string_view ascii_name) {
    const std::vector<CellOffset> candidates = parent.cells().looks_up_by_hint()
                                                   ? parent.subkeys_that_may_be(ascii_name)
                                                   : parent.subkeys();
    for (const CellOffset offset : candidates) {
        const KeyNode key(parent.cells(), offset);
        if (key.name().equals_ascii(ascii_name)) return key;
    }
    return std::nullopt;
}

std::optional<KeyNode> find_key(const KeyNode& from, std::string_view ascii_path) {
    std::optional<KeyNode> key = from;
    while (key && !ascii_path.empty()) {
        const std::size_t separator = ascii_path.find('\\');
        key = find_subkey(*key, ascii_path.substr(0, separator));
        ascii_path.remove_prefix(separator == std::string_view::npos ? ascii_path.size()
                                                                     : separator + 1);
    }
    return key;
}

}  // namespace nlafix::regf
