// SPDX-License-Identifier: GPL-2.0-or-later
// A key value, "vk", and its data, also big data "db" (specification: key value, big data).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "regf/key_node.h"

namespace nlafix::regf {

/// Data above this size is stored in segments, from minor version 4 on.
inline constexpr std::uint32_t big_data_segment_bytes = 16344;

inline constexpr std::size_t key_value_spare_at = 18;
inline constexpr std::size_t key_value_name_at = 20;

inline constexpr std::uint32_t reg_sz = 1;
inline constexpr std::uint32_t reg_expand_sz = 2;
inline constexpr std::uint32_t reg_dword = 4;
inline constexpr std::uint32_t reg_multi_sz = 7;

/// "REG_SZ" and so on; the number where the type has no name.
std::string type_name(std::uint32_t type);

/// A view of one key value. Every method may throw Error(malformed_hive).
class KeyValue {
public:
    /// Throws unless an allocated cell with the signature "vk" and a whole name is at `offset`.
    KeyValue(const Cells& cells, CellOffset offset);

    enum class Storage { none, in_the_key_value, cell, big_data };

    CellOffset offset() const { return offset_; }
    Name name() const;  // empty for the default value
    std::uint16_t flags() const { return u16_at(cell_, 16); }
    std::uint32_t type() const { return u32_at(cell_, 12); }
    /// Length of the data in bytes, without the bit that marks data in the key value itself.
    std::uint32_t data_size_bytes() const { return u32_at(cell_, 4) & 0x7fffffff; }
    bool data_is_inline() const { return (u32_at(cell_, 4) & 0x80000000) != 0; }
    /// The data offset field as stored.
    CellOffset data_offset() const { return u32_at(cell_, 8); }
    Storage storage() const;
    /// The data as pieces of the file, in order. Throws if it is not all there.
    std::vector<ByteView> data_pieces() const;
    /// The data in one piece; at most as large as the hive bins data.
    Bytes data() const;
    /// Cells that hold the data: none, one, or record, list and segments of big data.
    std::vector<CellOffset> data_cells() const;

private:
    std::vector<CellOffset> big_data_segments() const;

    const Cells* cells_;
    CellOffset offset_;
    ByteView cell_;
};

/// The value of `key` with that name, without regard to ASCII case; nothing if there is none.
std::optional<KeyValue> find_value(const KeyNode& key, std::string_view ascii_name);

}  // namespace nlafix::regf
