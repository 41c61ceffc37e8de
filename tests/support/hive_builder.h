// SPDX-License-Identifier: GPL-2.0-or-later
// Writes regf hives from scratch, for unit tests and for the committed fixtures.
//
// Owns: a model of a hive (keys, values, options), its layout in hive bins and cells, and a map of
// where everything came to lie, so that a test can break one named field. Never: reads a hive, or
// uses code of src/. It is the tests' own opinion of the format.
//
// Format: "Windows registry file format specification" (GitHub msuhanov/regf), sections "Base
// block" to "Big data".
//
// Offsets: a *cell offset* is what hives hold: bytes from the first hive bin to the size field of a
// cell. Everything else here is an offset in the file; `field` and `cell_size_field` turn the one
// into the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nlafix::fixture {

using Bytes = std::vector<std::byte>;

inline constexpr std::uint32_t no_offset = 0xFFFFFFFF;
inline constexpr std::size_t base_block_size_bytes = 4096;
inline constexpr std::size_t page_size_bytes = 4096;
/// More data than this goes into a big data record, where the minor version knows them (above 3).
inline constexpr std::size_t segment_size_bytes = 16344;
/// 2020-01-01 00:00:00 UTC as FILETIME. Fixed, so that the same model always gives the same bytes.
inline constexpr std::uint64_t fixed_time = 132223104000000000;

enum ValueType : std::uint32_t {
    reg_none = 0,
    reg_sz = 1,
    reg_expand_sz = 2,
    reg_binary = 3,
    reg_dword = 4,
    reg_multi_sz = 7,
    reg_qword = 11,
};

// ---- The model
// -----------------------------------------------------------------------------------------------

/// Where the data of a value go. `automatic` does as Windows: up to 4 bytes in the key value
/// itself, more than `segment_size_bytes` as big data if the minor version is above 3, else one
/// cell.
enum class Storage { automatic, in_key_value, cell, big_data };

/// Whether a name is one byte or two bytes a character. `automatic`: one byte if every character is
/// Latin-1.
enum class NameForm { automatic, latin1, utf16 };

struct Value {
    std::u16string name;          ///< empty: the default value
    std::uint32_t type = reg_sz;  ///< any number; see ValueType
    Bytes data;
    Storage storage = Storage::automatic;
    NameForm name_form = NameForm::automatic;
    std::uint16_t extra_flags = 0;  ///< set besides the flag for a one-byte name
};

/// `automatic`: fast leaf (lf) below minor version 5, hash leaf (lh) from then on.
enum class ListKind { automatic, index_leaf, fast_leaf, hash_leaf };

struct Key {
    std::u16string name;
    std::vector<Value> values;        ///< order is kept
    std::vector<Key> subkeys;         ///< sorted by the builder
    std::optional<Bytes> class_name;  ///< raw UTF-16
    std::uint64_t last_written = fixed_time;
    std::size_t security = 0;       ///< index into HiveOptions::security_descriptors
    std::uint16_t extra_flags = 0;  ///< set besides those for the root and for a one-byte name
    std::uint16_t user_flags = 0;   ///< upper half of the field "largest subkey name length"
    NameForm name_form = NameForm::automatic;
    ListKind list_kind = ListKind::automatic;
    std::size_t leaf_elements =
        500;  ///< with more subkeys than this: an index root (ri) over leaves of this size
};

struct HiveOptions {
    std::uint32_t minor_version = 5;  ///< 3 to 6
    std::uint32_t primary_sequence = 100;
    std::uint32_t secondary_sequence = 100;
    std::uint64_t timestamp = fixed_time;  ///< in the base block and the first hive bin
    std::uint32_t flags = 0;               ///< of the base block
    std::u16string file_name = u"SYSTEM";  ///< at most 32 characters
    std::size_t bin_size_bytes =
        4096;                     ///< least size of a hive bin; a larger cell gets a larger bin
    bool fill_last_bin = false;   ///< let the last cell take what is left of the last hive bin
    std::size_t slack_bytes = 0;  ///< behind the last hive bin
    std::byte slack_fill{0};
    std::vector<Bytes> security_descriptors;  ///< empty: `default_security_descriptors()`
};

// ---- The result
// ----------------------------------------------------------------------------------------------

/// Cell offsets of a value; `no_offset` where there is no such cell.
struct ValueCells {
    std::u16string name;
    std::uint32_t key_value = no_offset;
    std::uint32_t data = no_offset;  ///< the data, or the big data record
    std::uint32_t segment_list = no_offset;
    std::vector<std::uint32_t> segments;
};

/// Cell offsets of a key.
struct KeyCells {
    std::uint32_t key_node = no_offset;
    std::uint32_t subkey_list = no_offset;  ///< the index root, if there is one
    std::vector<std::uint32_t>
        leaves;  ///< the lists that name key nodes; one if there is no index root
    std::uint32_t value_list = no_offset;
    std::uint32_t class_name = no_offset;
    std::uint32_t security = no_offset;
    std::vector<ValueCells> values;  ///< in the order of the list
};

struct Built {
    Bytes bytes;
    /// By path from the root, names joined by a backslash, as spelled in the model; the root is the
    /// empty path.
    std::map<std::u16string, KeyCells> keys;
    std::vector<std::uint32_t> bins;  ///< offset of each hive bin, from the first one
    std::vector<std::uint32_t> free_cells;
    std::vector<std::uint32_t>
        security;  ///< cell of each security descriptor; `no_offset` if no key uses it

    /// Throw std::out_of_range if the model had no such key or value.
    const KeyCells& key(const std::u16string& path) const { return keys.at(path); }
    const ValueCells& value(const std::u16string& path, std::u16string_view name) const;
};

/// Lays out `root` and everything below it. Throws std::invalid_argument if the model does not fit
/// the format.
Built build(const Key& root, const HiveOptions& options = {});

/// Two self-relative descriptors: 0 lets Users read, 1 is for SYSTEM and Administrators only.
std::vector<Bytes> default_security_descriptors();

// ---- Looking into a model
// ------------------------------------------------------------------------------------

/// Exact spelling, names joined by a backslash. Throw std::out_of_range.
Key& at(Key& root, std::u16string_view path);
Value& value_at(Key& root, std::u16string_view path, std::u16string_view name);
void erase_key(Key& root, std::u16string_view path);
void erase_value(Key& root, std::u16string_view path, std::u16string_view name);

// ---- Value data
// ----------------------------------------------------------------------------------------------

Bytes bytes(std::initializer_list<unsigned> values);
/// UTF-16LE, without any NUL that is not in `text`.
Bytes utf16(std::u16string_view text);
/// UTF-16LE with one NUL behind.
Bytes sz(std::u16string_view text);
/// Each string with one NUL behind, and one more at the end.
Bytes multi_sz(std::initializer_list<std::u16string_view> strings);
Bytes dword(std::uint32_t number);

Key make_key(std::u16string name, std::vector<Value> values = {}, std::vector<Key> subkeys = {});
Value make_value(std::u16string name, std::uint32_t type, Bytes data);
Value sz_value(std::u16string name, std::u16string_view text);
Value multi_sz_value(std::u16string name, std::initializer_list<std::u16string_view> strings);
Value dword_value(std::u16string name, std::uint32_t number);
Value binary_value(std::u16string name, Bytes data);

// ---- Breaking things
// -----------------------------------------------------------------------------------------

/// Offset in the file of a field of the record in a cell.
constexpr std::size_t field(std::uint32_t cell, std::size_t offset_in_record) {
    return base_block_size_bytes + cell + 4 + offset_in_record;
}
/// Offset in the file of a cell's size (negative if the cell is allocated).
constexpr std::size_t cell_size_field(std::uint32_t cell) {
    return base_block_size_bytes + cell;
}

std::uint16_t get_u16(const Bytes& file, std::size_t offset);
std::uint32_t get_u32(const Bytes& file, std::size_t offset);
void put_u16(Bytes& file, std::size_t offset, std::uint16_t number);
void put_u32(Bytes& file, std::size_t offset, std::uint32_t number);
void put_u64(Bytes& file, std::size_t offset, std::uint64_t number);
void put_text(Bytes& file, std::size_t offset, std::string_view ascii);

/// XOR of the first 127 words, with the two results that the format does not allow: 0 is 1,
/// 0xFFFFFFFF is 0xFFFFFFFE.
std::uint32_t base_block_checksum(const Bytes& file);
void mend_checksum(Bytes& file);

/// Upper case as the sort order and the hashes want it, for ASCII, Latin-1, Greek and Cyrillic; the
/// rest stays.
std::u16string upper_case(std::u16string_view name);

// Offsets of fields, for `put_*`. In the base block and in a hive bin from their start, in records
// for `field`.
namespace base_block {
inline constexpr std::size_t primary_sequence = 4, secondary_sequence = 8, timestamp = 12,
                             major_version = 20, minor_version = 24, file_type = 28,
                             file_format = 32, root_cell = 36, bins_size = 40,
                             clustering_factor = 44, file_name = 48, flags = 144, checksum = 508,
                             boot_type = 4088, boot_recover = 4092;
}
namespace hive_bin {
inline constexpr std::size_t offset = 4, size = 8, timestamp = 20, header_size = 32;
}
namespace key_node {
inline constexpr std::size_t flags = 2, last_written = 4, parent = 16, subkey_count = 20,
                             volatile_subkey_count = 24, subkey_list = 28,
                             volatile_subkey_list = 32, value_count = 36, value_list = 40,
                             security = 44, class_name = 48, largest_subkey_name = 52,
                             largest_class_name = 56, largest_value_name = 60,
                             largest_value_data = 64, name_length = 72, class_name_length = 74,
                             name = 76;
}
namespace key_value {
inline constexpr std::size_t name_length = 2, data_size = 4, data = 8, type = 12, flags = 16,
                             name = 20;
}
namespace key_security {
inline constexpr std::size_t flink = 4, blink = 8, reference_count = 12, descriptor_size = 16,
                             descriptor = 20;
}
namespace subkey_list {
inline constexpr std::size_t count = 2, first_element = 4;
}
namespace big_data {
inline constexpr std::size_t segment_count = 2, segment_list = 4;
}

}  // namespace nlafix::fixture
