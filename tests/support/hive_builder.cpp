// SPDX-License-Identifier: GPL-2.0-or-later
#include "hive_builder.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "hive_builder.cells.h"

namespace nlafix::fixture {
namespace {

constexpr std::uint16_t key_flags_root = 0x000C;  // hive entry, no delete
constexpr std::uint16_t key_flag_latin1 = 0x0020;
constexpr std::uint16_t value_flag_latin1 = 0x0001;
constexpr std::uint32_t size_flag_in_key_value = 0x80000000;

bool is_latin1(std::u16string_view name) {
    return std::all_of(name.begin(), name.end(), [](char16_t c) { return c <= 0xFF; });
}

bool one_byte_name(std::u16string_view name, NameForm form) {
    if (form == NameForm::latin1 && !is_latin1(name)) {
        throw std::invalid_argument("the name is not Latin-1");
    }
    return form == NameForm::latin1 || (form == NameForm::automatic && is_latin1(name));
}

Bytes encode_name(std::u16string_view name, bool latin1) {
    if (!latin1) {
        return utf16(name);
    }
    Bytes out;
    for (char16_t c : name) {
        out.push_back(static_cast<std::byte>(c));
    }
    return out;
}

// What names and data count as in the limits of a key node: always as UTF-16.
std::uint32_t utf16_size(std::u16string_view name) {
    return narrow<std::uint32_t>(name.size() * 2);
}

std::uint32_t hash_of(std::u16string_view name) {
    std::uint32_t hash = 0;
    for (char16_t c : upper_case(name)) {
        hash = hash * 37 + c;
    }
    return hash;
}

// The hint of a fast leaf: the first four characters; nothing if one of them is not ASCII.
std::uint32_t hint_of(std::u16string_view name) {
    std::uint32_t hint = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(4, name.size()); ++i) {
        if (name[i] > 0x7F) {
            return 0;
        }
        hint |= static_cast<std::uint32_t>(name[i]) << (8 * i);
    }
    return hint;
}

class Builder {
public:
    Builder(const Key& root, const HiveOptions& options)
        : root_(root), options_(options), writer_(options) {
        if (options_.security_descriptors.empty()) {
            options_.security_descriptors = default_security_descriptors();
        }
        if (options_.file_name.size() > 32) {
            throw std::invalid_argument("the file name has more than 32 characters");
        }
        references_.resize(options_.security_descriptors.size());
        count_references(root);
    }

    Built run() {
        // As in every hive that Windows wrote, the root is the first cell.
        const std::uint32_t root_cell = allocate_key_node(root_);
        write_security_descriptors();
        fill_key_node(root_, root_cell, no_offset, u"");
        writer_.close_bin(options_.fill_last_bin);
        write_base_block(root_cell);
        file_.resize(file_.size() + options_.slack_bytes, options_.slack_fill);
        built_.bins = writer_.bins();
        built_.free_cells = writer_.free_cells();
        built_.bytes = std::move(file_);
        return std::move(built_);
    }

private:
    // -- security descriptors

    void count_references(const Key& key) {
        ++references_.at(key.security);
        for (const Key& subkey : key.subkeys) {
            count_references(subkey);
        }
    }

    void write_security_descriptors() {
        std::vector<std::uint32_t> ring;
        for (std::size_t i = 0; i < references_.size(); ++i) {
            const Bytes& descriptor = options_.security_descriptors[i];
            built_.security.push_back(no_offset);
            if (references_[i] == 0) {
                continue;
            }
            const std::uint32_t cell =
                writer_.allocate(key_security::descriptor + descriptor.size());
            put_text(file_, field(cell, 0), "sk");
            put_u32(file_, field(cell, key_security::reference_count), references_[i]);
            put_u32(file_, field(cell, key_security::descriptor_size),
                    narrow<std::uint32_t>(descriptor.size()));
            writer_.put_bytes(cell, key_security::descriptor, descriptor);
            built_.security.back() = cell;
            ring.push_back(cell);
        }
        for (std::size_t i = 0; i < ring.size(); ++i) {
            put_u32(file_, field(ring[i], key_security::flink), ring[(i + 1) % ring.size()]);
            put_u32(file_, field(ring[i], key_security::blink),
                    ring[(i + ring.size() - 1) % ring.size()]);
        }
    }

    // -- keys

    std::uint32_t allocate_key_node(const Key& key) {
        const bool latin1 = one_byte_name(key.name, key.name_form);
        const Bytes name = encode_name(key.name, latin1);
        const std::uint32_t cell = writer_.allocate(key_node::name + name.size());
        put_text(file_, field(cell, 0), "nk");
        std::uint16_t flags = key.extra_flags;
        if (latin1) {
            flags |= key_flag_latin1;
        }
        if (&key == &root_) {
            flags |= key_flags_root;
        }
        put_u16(file_, field(cell, key_node::flags), flags);
        put_u64(file_, field(cell, key_node::last_written), key.last_written);
        put_u16(file_, field(cell, key_node::name_length), narrow<std::uint16_t>(name.size()));
        writer_.put_bytes(cell, key_node::name, name);
        return cell;
    }

    void fill_key_node(const Key& key, std::uint32_t cell, std::uint32_t parent,
                       const std::u16string& path) {
        KeyCells cells;
        cells.key_node = cell;
        cells.security = built_.security.at(key.security);
        put_u32(file_, field(cell, key_node::parent), parent);
        put_u32(file_, field(cell, key_node::security), cells.security);
        write_values(key, cells);
        write_class_name(key, cells);
        write_subkeys(key, cells, path);
        write_limits(key, cell);
        built_.keys.try_emplace(path, std::move(cells));
    }

    void write_class_name(const Key& key, KeyCells& cells) {
        if (key.class_name) {
            cells.class_name = writer_.allocate_bytes(*key.class_name);
            put_u16(file_, field(cells.key_node, key_node::class_name_length),
                    narrow<std::uint16_t>(key.class_name->size()));
        }
        put_u32(file_, field(cells.key_node, key_node::class_name), cells.class_name);
    }

    void write_limits(const Key& key, std::uint32_t cell) {
        std::uint32_t subkey_name = 0, class_name = 0, value_name = 0, value_data = 0;
        for (const Key& subkey : key.subkeys) {
            subkey_name = std::max(subkey_name, utf16_size(subkey.name));
            if (subkey.class_name) {
                class_name = std::max(class_name, narrow<std::uint32_t>(subkey.class_name->size()));
            }
        }
        for (const Value& value : key.values) {
            value_name = std::max(value_name, utf16_size(value.name));
            value_data = std::max(value_data, narrow<std::uint32_t>(value.data.size()));
        }
        const std::uint32_t user_flags = static_cast<std::uint32_t>(key.user_flags) << 16;
        put_u32(file_, field(cell, key_node::largest_subkey_name), subkey_name | user_flags);
        put_u32(file_, field(cell, key_node::largest_class_name), class_name);
        put_u32(file_, field(cell, key_node::largest_value_name), value_name);
        put_u32(file_, field(cell, key_node::largest_value_data), value_data);
    }

    // -- lists of subkeys

    struct Element {
        const Key* key;
        std::uint32_t cell;
    };

    void write_subkeys(const Key& key, KeyCells& cells, const std::u16string& path) {
        std::vector<const Key*> sorted;
        for (const Key& subkey : key.subkeys) {
            sorted.push_back(&subkey);
        }
        std::stable_sort(sorted.begin(), sorted.end(), [](const Key* a, const Key* b) {
            return upper_case(a->name) < upper_case(b->name);
        });
        std::vector<Element> elements;
        for (const Key* subkey : sorted) {
            const std::uint32_t cell = allocate_key_node(*subkey);
            fill_key_node(*subkey, cell, cells.key_node,
                          path.empty() ? subkey->name : path + u"\\" + subkey->name);
            elements.push_back({subkey, cell});
        }
        write_leaves(key, elements, cells);
        put_u32(file_, field(cells.key_node, key_node::subkey_count),
                narrow<std::uint32_t>(elements.size()));
        put_u32(file_, field(cells.key_node, key_node::subkey_list), cells.subkey_list);
        put_u32(file_, field(cells.key_node, key_node::volatile_subkey_list), no_offset);
    }

    void write_leaves(const Key& key, const std::vector<Element>& elements, KeyCells& cells) {
        for (std::size_t first = 0; first < elements.size(); first += key.leaf_elements) {
            const std::size_t last = std::min(elements.size(), first + key.leaf_elements);
            cells.leaves.push_back(write_leaf(key.list_kind, elements, first, last));
        }
        if (cells.leaves.size() == 1) {
            cells.subkey_list = cells.leaves.front();
        }
        if (cells.leaves.size() < 2) {
            return;
        }
        cells.subkey_list = writer_.allocate(subkey_list::first_element + 4 * cells.leaves.size());
        put_list_header(cells.subkey_list, "ri", cells.leaves.size());
        for (std::size_t i = 0; i < cells.leaves.size(); ++i) {
            put_u32(file_, field(cells.subkey_list, subkey_list::first_element + 4 * i),
                    cells.leaves[i]);
        }
    }

    std::uint32_t write_leaf(ListKind kind, const std::vector<Element>& elements, std::size_t first,
                             std::size_t last) {
        if (kind == ListKind::automatic) {
            kind = options_.minor_version < 5 ? ListKind::fast_leaf : ListKind::hash_leaf;
        }
        const bool index = kind == ListKind::index_leaf;
        const std::size_t element_size = index ? 4 : 8;
        const std::uint32_t cell =
            writer_.allocate(subkey_list::first_element + element_size * (last - first));
        put_list_header(cell,
                        index                         ? "li"
                        : kind == ListKind::fast_leaf ? "lf"
                                                      : "lh",
                        last - first);
        for (std::size_t i = first; i < last; ++i) {
            const std::size_t offset =
                field(cell, subkey_list::first_element + element_size * (i - first));
            put_u32(file_, offset, elements[i].cell);
            const std::u16string& name = elements[i].key->name;
            if (!index) {
                put_u32(file_, offset + 4,
                        kind == ListKind::fast_leaf ? hint_of(name) : hash_of(name));
            }
        }
        return cell;
    }

    void put_list_header(std::uint32_t cell, std::string_view signature, std::size_t count) {
        put_text(file_, field(cell, 0), signature);
        put_u16(file_, field(cell, subkey_list::count), narrow<std::uint16_t>(count));
    }

    // -- values

    void write_values(const Key& key, KeyCells& cells) {
        std::vector<std::uint32_t> offsets;
        for (const Value& value : key.values) {
            cells.values.push_back(write_value(value));
            offsets.push_back(cells.values.back().key_value);
        }
        if (!offsets.empty()) {
            cells.value_list = writer_.allocate_offsets(offsets);
        }
        put_u32(file_, field(cells.key_node, key_node::value_count),
                narrow<std::uint32_t>(offsets.size()));
        put_u32(file_, field(cells.key_node, key_node::value_list), cells.value_list);
    }

    Storage storage_of(const Value& value) const {
        if (value.storage != Storage::automatic) {
            return value.storage;
        }
        if (value.data.size() <= 4) {
            return Storage::in_key_value;
        }
        const bool big = value.data.size() > segment_size_bytes && options_.minor_version > 3;
        return big ? Storage::big_data : Storage::cell;
    }

    ValueCells write_value(const Value& value) {
        // Windows does not set the flag on a value without a name.
        const bool latin1 = one_byte_name(value.name, value.name_form);
        const bool flag = latin1 && (!value.name.empty() || value.name_form == NameForm::latin1);
        const Bytes name = encode_name(value.name, latin1);
        ValueCells cells;
        cells.name = value.name;
        cells.key_value = writer_.allocate(key_value::name + name.size());
        const auto put = [&](std::size_t offset, std::uint32_t n) {
            put_u32(file_, field(cells.key_value, offset), n);
        };
        put_text(file_, field(cells.key_value, 0), "vk");
        put_u16(file_, field(cells.key_value, key_value::name_length),
                narrow<std::uint16_t>(name.size()));
        put(key_value::type, value.type);
        put(key_value::flags, value.extra_flags | (flag ? value_flag_latin1 : 0U));
        writer_.put_bytes(cells.key_value, key_value::name, name);
        std::uint32_t size = narrow<std::uint32_t>(value.data.size());
        switch (storage_of(value)) {
            case Storage::in_key_value:
                if (size > 4) {
                    throw std::invalid_argument("more than 4 bytes do not fit a key value");
                }
                writer_.put_bytes(cells.key_value, key_value::data, value.data);
                size |= size_flag_in_key_value;
                break;
            case Storage::big_data: write_big_data(value.data, cells); break;
            default: cells.data = writer_.allocate_bytes(value.data); break;
        }
        put(key_value::data_size, size);
        if (cells.data != no_offset) {
            put(key_value::data, cells.data);
        }
        return cells;
    }

    void write_big_data(const Bytes& data, ValueCells& cells) {
        cells.data = writer_.allocate(big_data::segment_list + 4);
        for (std::size_t first = 0; first < data.size(); first += segment_size_bytes) {
            const auto begin = data.begin() + static_cast<std::ptrdiff_t>(first);
            const auto length =
                static_cast<std::ptrdiff_t>(std::min(segment_size_bytes, data.size() - first));
            cells.segments.push_back(writer_.allocate_bytes(Bytes(begin, begin + length)));
        }
        cells.segment_list = writer_.allocate_offsets(cells.segments);
        put_list_header(cells.data, "db", cells.segments.size());
        put_u32(file_, field(cells.data, big_data::segment_list), cells.segment_list);
    }

    // -- base block

    void write_base_block(std::uint32_t root_cell) {
        put_text(file_, 0, "regf");
        put_u32(file_, base_block::primary_sequence, options_.primary_sequence);
        put_u32(file_, base_block::secondary_sequence, options_.secondary_sequence);
        put_u64(file_, base_block::timestamp, options_.timestamp);
        put_u32(file_, base_block::major_version, 1);
        put_u32(file_, base_block::minor_version, options_.minor_version);
        put_u32(file_, base_block::file_format, 1);
        put_u32(file_, base_block::root_cell, root_cell);
        put_u32(file_, base_block::bins_size, writer_.bins_end());
        put_u32(file_, base_block::clustering_factor, 1);
        put_u32(file_, base_block::flags, options_.flags);
        const Bytes name = utf16(options_.file_name);
        std::copy(name.begin(), name.end(), file_.begin() + base_block::file_name);
        mend_checksum(file_);
    }

    const Key& root_;
    HiveOptions options_;
    std::vector<std::uint32_t> references_;
    CellWriter writer_;
    Bytes& file_ = writer_.file();
    Built built_;
};

}  // namespace

Built build(const Key& root, const HiveOptions& options) {
    return Builder(root, options).run();
}

const ValueCells& Built::value(const std::u16string& path, std::u16string_view name) const {
    for (const ValueCells& cells : keys.at(path).values) {
        if (cells.name == name) {
            return cells;
        }
    }
    throw std::out_of_range("no such value in the model");
}

}  // namespace nlafix::fixture
