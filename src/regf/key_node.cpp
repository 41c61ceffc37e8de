// SPDX-License-Identifier: GPL-2.0-or-later
#include "regf/key_node.h"

#include "base/error.h"
#include "regf/subkeys_list.h"

namespace nlafix::regf {
namespace {

constexpr std::uint16_t signature = 0x6b6e;  // "nk"
constexpr std::size_t name_at = 76;
constexpr std::uint16_t flag_predefined_handle = 0x40;
constexpr std::uint16_t flag_compressed_name = 0x20;

}  // namespace

KeyNode::KeyNode(const Hive& hive, CellOffset offset)
    : hive_(&hive), offset_(offset), cell_(hive.cell(offset)) {
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
    return (flags() & flag_predefined_handle) != 0 ? 0 : u32_at(cell_, 36);
}

ByteView KeyNode::class_name() const {
    const std::uint16_t length = u16_at(cell_, 74);
    if (length == 0) return {};
    const ByteView content = hive_->cell(class_name_cell());
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
    const ByteView list = hive_->cell(values_list());
    if (count > list.size() / 4) {
        throw Error(ErrorCode::malformed_hive, "key values list: " + std::to_string(count) +
                                                   " values do not fit into its cell")
            .offset(offset_in_file(values_list()));
    }
    std::vector<CellOffset> offsets(count);
    for (std::uint32_t i = 0; i < count; ++i) offsets[i] = u32_at(list, std::size_t{4} * i);
    return offsets;
}

std::vector<CellOffset> KeyNode::subkeys() const {
    if (subkey_count() == 0) return {};
    // An index root may name one leaf again and again: the count alone would not limit the memory.
    constexpr std::size_t smallest_key_node_bytes = 80;
    if (subkey_count() > hive_->file().size() / smallest_key_node_bytes) {
        throw Error(ErrorCode::malformed_hive, "key node: counts " +
                                                   std::to_string(subkey_count()) +
                                                   " subkeys, more than fit into the hive")
            .offset(offset_in_file(offset_));
    }
    std::vector<CellOffset> offsets;
    for (const SubkeysLeaf& leaf : subkeys_leaves(*hive_, subkeys_list())) {
        for (std::uint16_t i = 0; i < leaf.count(); ++i) offsets.push_back(leaf.key_node(i));
        if (offsets.size() > subkey_count()) break;  // wrong anyway: stop before it grows
    }
    if (offsets.size() != subkey_count()) {
        const bool more = offsets.size() > subkey_count();
        throw Error(ErrorCode::malformed_hive, "key node: counts " +
                                                   std::to_string(subkey_count()) +
                                                   " subkeys, its list has " +
                                                   (more ? "more" : std::to_string(offsets.size())))
            .offset(offset_in_file(offset_));
    }
    return offsets;
}

KeyNode root_key(const Hive& hive) {
    return KeyNode(hive, hive.base_block().root_offset);
}

std::optional<KeyNode> find_subkey(const KeyNode& parent, std::string_view ascii_name) {
    for (const CellOffset offset : parent.subkeys()) {
        const KeyNode key(parent.hive(), offset);
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
