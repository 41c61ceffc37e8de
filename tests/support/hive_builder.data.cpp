// SPDX-License-Identifier: GPL-2.0-or-later
// The part of hive_builder.h that is not layout: value data, looking into a model, breaking bytes.
#include <algorithm>
#include <stdexcept>
#include <utility>

#include "hive_builder.h"

namespace nlafix::fixture {
namespace {

template <class Items>
auto find_named(Items& items, std::u16string_view name) {
    const auto found = std::find_if(items.begin(), items.end(),
                                    [&](const auto& item) { return item.name == name; });
    if (found == items.end()) {
        throw std::out_of_range("no such key or value in the model");
    }
    return found;
}

void append(Bytes& out, const Bytes& more) {
    out.insert(out.end(), more.begin(), more.end());
}

void append_u16(Bytes& out, std::uint32_t number) {
    out.push_back(static_cast<std::byte>(number & 0xFF));
    out.push_back(static_cast<std::byte>(number >> 8 & 0xFF));
}

void append_u32(Bytes& out, std::uint32_t number) {
    append_u16(out, number & 0xFFFF);
    append_u16(out, number >> 16);
}

std::uint8_t byte_at(const Bytes& file, std::size_t offset) {
    return std::to_integer<std::uint8_t>(file.at(offset));
}

// A SID of NT authority (5).
Bytes sid(std::initializer_list<std::uint32_t> parts) {
    Bytes out = bytes({1, static_cast<unsigned>(parts.size()), 0, 0, 0, 0, 0, 5});
    for (std::uint32_t part : parts) {
        append_u32(out, part);
    }
    return out;
}

// An entry that allows, inherited by subkeys.
Bytes allow(std::uint32_t mask, const Bytes& who) {
    Bytes out = bytes({0, 2});
    append_u16(out, static_cast<std::uint32_t>(8 + who.size()));
    append_u32(out, mask);
    append(out, who);
    return out;
}

// Self-relative: owner Administrators, group SYSTEM, the entries as DACL ([MS-DTYP] 2.4.6).
Bytes descriptor(const std::vector<Bytes>& entries) {
    const Bytes owner = sid({32, 544}), group = sid({18});
    constexpr std::uint32_t header_size = 20, acl_header_size = 8;
    Bytes acl;
    for (const Bytes& entry : entries) {
        append(acl, entry);
    }
    const auto owner_size = static_cast<std::uint32_t>(owner.size());
    const auto group_size = static_cast<std::uint32_t>(group.size());
    Bytes out = bytes({1, 0, 0x04, 0x80});  // revision; DACL present, self-relative
    append_u32(out, header_size);
    append_u32(out, header_size + owner_size);
    append_u32(out, 0);
    append_u32(out, header_size + owner_size + group_size);
    append(out, owner);
    append(out, group);
    append(out, bytes({2, 0}));
    append_u16(out, static_cast<std::uint32_t>(acl_header_size + acl.size()));
    append_u32(out, static_cast<std::uint32_t>(entries.size()));
    append(out, acl);
    return out;
}

}  // namespace

std::vector<Bytes> default_security_descriptors() {
    constexpr std::uint32_t full_access = 0x000F003F, read_access = 0x00020019;
    const Bytes system = allow(full_access, sid({18}));
    const Bytes administrators = allow(full_access, sid({32, 544}));
    const Bytes users = allow(read_access, sid({32, 545}));
    return {descriptor({system, administrators, users}), descriptor({system, administrators})};
}

// ---- Looking into a model
// ------------------------------------------------------------------------------------

Key& at(Key& root, std::u16string_view path) {
    Key* key = &root;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find(u'\\'), path.size());
        key = &*find_named(key->subkeys, path.substr(0, end));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return *key;
}

Value& value_at(Key& root, std::u16string_view path, std::u16string_view name) {
    return *find_named(at(root, path).values, name);
}

void erase_key(Key& root, std::u16string_view path) {
    const std::size_t end = path.rfind(u'\\');
    const bool top = end == std::u16string_view::npos;
    std::vector<Key>& siblings = at(root, top ? u"" : path.substr(0, end)).subkeys;
    siblings.erase(find_named(siblings, top ? path : path.substr(end + 1)));
}

void erase_value(Key& root, std::u16string_view path, std::u16string_view name) {
    std::vector<Value>& values = at(root, path).values;
    values.erase(find_named(values, name));
}

// ---- Value data
// ----------------------------------------------------------------------------------------------

Bytes bytes(std::initializer_list<unsigned> values) {
    Bytes out;
    for (unsigned value : values) {
        out.push_back(static_cast<std::byte>(value));
    }
    return out;
}

Bytes utf16(std::u16string_view text) {
    Bytes out;
    for (char16_t c : text) {
        append_u16(out, c);
    }
    return out;
}

Bytes sz(std::u16string_view text) {
    Bytes out = utf16(text);
    append_u16(out, 0);
    return out;
}

Bytes multi_sz(std::initializer_list<std::u16string_view> strings) {
    Bytes out;
    for (std::u16string_view text : strings) {
        append(out, sz(text));
    }
    append_u16(out, 0);
    return out;
}

Bytes dword(std::uint32_t number) {
    Bytes out;
    append_u32(out, number);
    return out;
}

Key make_key(std::u16string name, std::vector<Value> values, std::vector<Key> subkeys) {
    Key key;
    key.name = std::move(name);
    key.values = std::move(values);
    key.subkeys = std::move(subkeys);
    return key;
}

Value make_value(std::u16string name, std::uint32_t type, Bytes data) {
    Value value;
    value.name = std::move(name);
    value.type = type;
    value.data = std::move(data);
    return value;
}

Value sz_value(std::u16string name, std::u16string_view text) {
    return make_value(std::move(name), reg_sz, sz(text));
}

Value multi_sz_value(std::u16string name, std::initializer_list<std::u16string_view> strings) {
    return make_value(std::move(name), reg_multi_sz, multi_sz(strings));
}

Value dword_value(std::u16string name, std::uint32_t number) {
    return make_value(std::move(name), reg_dword, dword(number));
}

Value binary_value(std::u16string name, Bytes data) {
    return make_value(std::move(name), reg_binary, std::move(data));
}

// ---- Breaking things
// -----------------------------------------------------------------------------------------

std::uint16_t get_u16(const Bytes& file, std::size_t offset) {
    return static_cast<std::uint16_t>(byte_at(file, offset) | byte_at(file, offset + 1) << 8);
}

std::uint32_t get_u32(const Bytes& file, std::size_t offset) {
    return get_u16(file, offset) | static_cast<std::uint32_t>(get_u16(file, offset + 2)) << 16;
}

void put_u16(Bytes& file, std::size_t offset, std::uint16_t number) {
    file.at(offset) = static_cast<std::byte>(number & 0xFF);
    file.at(offset + 1) = static_cast<std::byte>(number >> 8);
}

void put_u32(Bytes& file, std::size_t offset, std::uint32_t number) {
    put_u16(file, offset, static_cast<std::uint16_t>(number & 0xFFFF));
    put_u16(file, offset + 2, static_cast<std::uint16_t>(number >> 16));
}

void put_u64(Bytes& file, std::size_t offset, std::uint64_t number) {
    put_u32(file, offset, static_cast<std::uint32_t>(number & 0xFFFFFFFF));
    put_u32(file, offset + 4, static_cast<std::uint32_t>(number >> 32));
}

void put_text(Bytes& file, std::size_t offset, std::string_view ascii) {
    for (char c : ascii) {
        file.at(offset++) = static_cast<std::byte>(c);
    }
}

std::uint32_t base_block_checksum(const Bytes& file) {
    std::uint32_t sum = 0;
    for (std::size_t offset = 0; offset < base_block::checksum; offset += 4) {
        sum ^= get_u32(file, offset);
    }
    if (sum == 0) {
        return 1;
    }
    return sum == 0xFFFFFFFF ? 0xFFFFFFFE : sum;
}

void mend_checksum(Bytes& file) {
    put_u32(file, base_block::checksum, base_block_checksum(file));
}

std::u16string upper_case(std::u16string_view name) {
    std::u16string out(name);
    const auto within = [](char16_t c, char16_t first, char16_t last) {
        return c >= first && c <= last;
    };
    for (char16_t& c : out) {
        const bool latin1 = within(c, 0xE0, 0xFE) && c != 0xF7;
        const bool greek = within(c, 0x3B1, 0x3C9) && c != 0x3C2;
        if (within(c, u'a', u'z') || latin1 || greek || within(c, 0x430, 0x44F)) {
            c = static_cast<char16_t>(c - 0x20);
        } else if (within(c, 0x450, 0x45F)) {
            c = static_cast<char16_t>(c - 0x50);
        } else if (c == 0xFF) {
            c = 0x178;
        }
    }
    return out;
}

}  // namespace nlafix::fixture
