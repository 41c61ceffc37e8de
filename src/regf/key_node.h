// SPDX-License-Identifier: GPL-2.0-or-later
// A key node, "nk" (specification: key node).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "regf/cells.h"
#include "regf/name.h"

namespace nlafix::regf {

inline constexpr std::uint16_t key_flag_predefined_handle = 0x40;
inline constexpr std::size_t key_node_last_written_at = 4;
inline constexpr std::size_t key_node_parent_at = 16;
inline constexpr std::size_t key_node_value_count_at = 36;  // the offset of their list follows
inline constexpr std::size_t key_node_security_at = 44;
inline constexpr std::size_t key_node_lengths_at = 52;  // four maximum lengths, 4 bytes each

/// A view of one key node. Every method may throw Error(malformed_hive).
class KeyNode {
public:
    /// Throws unless an allocated cell with the signature "nk" and a whole name is at `offset`.
    KeyNode(const Cells& cells, CellOffset offset);

    CellOffset offset() const { return offset_; }
    ByteView cell() const { return cell_; }
    /// The fixed fields, without the name.
    ByteView fixed_part() const;
    Name name() const;
    std::uint16_t flags() const { return u16_at(cell_, 2); }
    bool is_symbolic_link() const { return (flags() & 0x10) != 0; }
    std::uint64_t last_written() const { return u64_at(cell_, key_node_last_written_at); }
    CellOffset parent() const { return u32_at(cell_, key_node_parent_at); }
    std::uint32_t subkey_count() const { return u32_at(cell_, 20); }
    CellOffset subkeys_list() const { return u32_at(cell_, 28); }
    /// 0 for a predefined handle (flag 0x40), whose field means something else.
    std::uint32_t value_count() const;
    CellOffset values_list() const { return u32_at(cell_, 40); }
    CellOffset security() const { return u32_at(cell_, key_node_security_at); }
    CellOffset class_name_cell() const { return u32_at(cell_, 48); }
    /// UTF-16LE bytes of the class name; empty where there is none.
    ByteView class_name() const;
    /// One of the four maximum lengths: 0 subkey name, 1 subkey class, 2 value name, 3 value data.
    std::uint32_t maximum_length(std::size_t index) const;

    /// Offsets of the key values, in their order.
    std::vector<CellOffset> values() const;
    /// Offsets of the subkeys in the order of their list, through an index root where there is one.
    /// Throws if there are more or fewer than `subkey_count`.
    std::vector<CellOffset> subkeys() const;
    /// Those of them that may have the name, by the hashes and hints of their list.
    std::vector<CellOffset> subkeys_that_may_be(std::string_view ascii_name) const;
    /// Throws unless `subkey_count` is `listed`, the number of subkeys in the list.
    void require_subkey_count(std::uint64_t listed) const;

    const Cells& cells() const { return *cells_; }

private:
    template <typename Visit>
    void visit_subkeys(Visit visit) const;

    const Cells* cells_;
    CellOffset offset_;
    ByteView cell_;
};

/// The root of the hive.
KeyNode root_key(const Cells& cells);

/// The subkey of `parent` with that name, without regard to ASCII case; nothing if there is none
/// that a look-up finds (Cells::looks_up_by_hint).
std::optional<KeyNode> find_subkey(const KeyNode& parent, std::string_view ascii_name);

/// The key at a path such as "Control\Lsa" below `from`; nothing if a part of it is missing.
std::optional<KeyNode> find_key(const KeyNode& from, std::string_view ascii_path);

}  // namespace nlafix::regf
