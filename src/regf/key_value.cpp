// SPDX-License-Identifier: GPL-2.0-or-later
#include "regf/key_value.h"

#include <algorithm>
#include <array>

#include "base/error.h"

namespace nlafix::regf {
namespace {

constexpr std::uint16_t signature = 0x6b76;           // "vk"
constexpr std::uint16_t big_data_signature = 0x6264;  // "db"
constexpr std::size_t name_at = key_value_name_at;
constexpr std::uint16_t flag_compressed_name = 1;

[[noreturn]] void throw_damage(const std::string& what, CellOffset offset) {
    throw Error(ErrorCode::malformed_hive, "key value: " + what).offset(offset_in_file(offset));
}

}  // namespace

std::string type_name(std::uint32_t type) {
    static constexpr std::array<const char*, 12> names = {"REG_NONE",
                                                          "REG_SZ",
                                                          "REG_EXPAND_SZ",
                                                          "REG_BINARY",
                                                          "REG_DWORD",
                                                          "REG_DWORD_BIG_ENDIAN",
                                                          "REG_LINK",
                                                          "REG_MULTI_SZ",
                                                          "REG_RESOURCE_LIST",
                                                          "REG_FULL_RESOURCE_DESCRIPTOR",
                                                          "REG_RESOURCE_REQUIREMENTS_LIST",
                                                          "REG_QWORD"};
    return type < names.size() ? names[type] : "type " + std::to_string(type);
}

KeyValue::KeyValue(const Cells& cells, CellOffset offset)
    : cells_(&cells), offset_(offset), cell_(cells.cell(offset)) {
    if (cell_.size() < name_at || u16_at(cell_, 0) != signature) {
        throw_damage("no signature \"vk\"", offset);
    }
    if (u16_at(cell_, 2) > cell_.size() - name_at) {
        throw_damage(
            "a name of " + std::to_string(u16_at(cell_, 2)) + " bytes does not fit into its cell",
            offset);
    }
}

Name KeyValue::name() const {
    return {cell_.subspan(name_at, u16_at(cell_, 2)), (flags() & flag_compressed_name) != 0};
}

KeyValue::Storage KeyValue::storage() const {
    if (data_is_inline()) return Storage::in_the_key_value;
    if (data_size_bytes() == 0) return Storage::none;
    if (data_size_bytes() > big_data_segment_bytes && cells_->base_block().minor_version > 3 &&
        u16_at(cells_->cell(data_offset()), 0) == big_data_signature) {
        return Storage::big_data;
    }
    return Storage::cell;
}

std::vector<CellOffset> KeyValue::big_data_segments() const {
    const ByteView record = cells_->cell(data_offset());
    const std::uint32_t size = data_size_bytes();
    const std::uint32_t needed = (size - 1) / big_data_segment_bytes + 1;
    const ByteView list = cells_->cell(u32_at(record, 4));
    if (u16_at(record, 2) != needed || needed > list.size() / 4) {
        throw_damage("big data of " + std::to_string(size) + " bytes needs " +
                         std::to_string(needed) + " segments, it has " +
                         std::to_string(std::min<std::size_t>(u16_at(record, 2), list.size() / 4)),
                     offset_);
    }
    std::vector<CellOffset> segments(needed);
    for (std::uint32_t i = 0; i < needed; ++i) segments[i] = u32_at(list, std::size_t{4} * i);
    return segments;
}

std::vector<ByteView> KeyValue::data_pieces() const {
    const std::uint32_t size = data_size_bytes();
    // The file, not the size that the base block claims: segments may be named again and again.
    if (size > cells_->file_size_bytes()) {
        throw_damage("data of " + std::to_string(size) + " bytes, more than the hive", offset_);
    }
    switch (storage()) {
        case Storage::none: return {};
        case Storage::in_the_key_value:
            if (size > 4) throw_damage(std::to_string(size) + " bytes in a field of 4", offset_);
            return {cell_.subspan(8, size)};
        case Storage::cell: {
            const ByteView content = cells_->cell(data_offset());
            if (size > content.size()) {
                throw_damage("data of " + std::to_string(size) + " bytes in a cell of " +
                                 std::to_string(content.size()),
                             offset_);
            }
            return {content.first(size)};
        }
        case Storage::big_data: break;
    }
    std::vector<ByteView> pieces;
    std::uint32_t left = size;
    for (const CellOffset segment : big_data_segments()) {
        const ByteView content = cells_->cell(segment);
        const std::uint32_t length = std::min(left, big_data_segment_bytes);
        if (length > content.size()) throw_damage("a segment of big data is too short", offset_);
        pieces.push_back(content.first(length));
        left -= length;
    }
    return pieces;
}

Bytes KeyValue::data() const {
    Bytes bytes;
    for (const ByteView piece : data_pieces())
        bytes.insert(bytes.end(), piece.begin(), piece.end());
    return bytes;
}

std::vector<CellOffset> KeyValue::data_cells() const {
    switch (storage()) {
        case Storage::none:
        case Storage::in_the_key_value: return {};
        case Storage::cell: return {data_offset()};
        case Storage::big_data: break;
    }
    std::vector<CellOffset> cells = big_data_segments();
    cells.push_back(data_offset());
    cells.push_back(u32_at(cells_->cell(data_offset()), 4));
    return cells;
}

std::optional<KeyValue> find_value(const KeyNode& key, std::string_view ascii_name) {
    for (const CellOffset offset : key.values()) {
        const KeyValue value(key.cells(), offset);
        if (value.name().equals_ascii(ascii_name)) return value;
    }
    return std::nullopt;
}

}  // namespace nlafix::regf
