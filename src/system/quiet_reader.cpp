// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/quiet_reader.h"

#include "base/error.h"
#include "base/text.h"
#include "regf/key_value.h"

namespace nlafix::system {
namespace {

// Names of machines, products and zones are short; more of a hostile one belongs into no report.
constexpr std::size_t most_text_bytes = 512;

}  // namespace

std::optional<regf::KeyNode> key_at(const regf::KeyNode& from, std::string_view path) {
    try {
        return regf::find_key(from, path);
    } catch (const Error&) {
        return std::nullopt;
    }
}

std::vector<std::string> subkeys_of(const regf::KeyNode& key, std::size_t most) {
    std::vector<std::string> names;
    try {
        for (const regf::CellOffset offset : key.subkeys()) {
            if (names.size() == most) break;
            names.push_back(regf::KeyNode(key.cells(), offset).name().utf8());
        }
    } catch (const Error&) {
        // those before it
    }
    return names;
}

std::optional<Bytes> data_at(const regf::KeyNode& key, std::string_view name, std::uint32_t type,
                             std::size_t most_bytes) {
    try {
        const auto value = regf::find_value(key, name);
        if (!value || (type != any_type && value->type() != type) ||
            value->data_size_bytes() > most_bytes) {
            return std::nullopt;
        }
        return value->data();
    } catch (const Error&) {
        return std::nullopt;
    }
}

std::string text_at(const regf::KeyNode& key, std::string_view name) {
    for (const std::uint32_t type : {regf::reg_sz, regf::reg_expand_sz}) {
        const auto data = data_at(key, name, type, most_text_bytes);
        if (!data) continue;
        const std::u16string text = utf16_units(*data);
        return utf8_of(text.substr(0, text.find(u'\0')));
    }
    return {};
}

std::optional<std::uint32_t> number_at(const regf::KeyNode& key, std::string_view name) {
    const auto data = data_at(key, name, regf::reg_dword, 4);
    if (!data || data->size() < 4) return std::nullopt;
    return u32_at(*data, 0);
}

std::vector<std::string> strings_at(const regf::KeyNode& key, std::string_view name) {
    std::vector<std::string> strings;
    const auto data = data_at(key, name, regf::reg_multi_sz, 8 * most_text_bytes);
    if (!data) return strings;
    const std::u16string text = utf16_units(*data);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(u'\0', at), text.size());
        if (end == at) break;
        strings.push_back(utf8_of(text.substr(at, end - at)));
        at = end + 1;
    }
    return strings;
}

}  // namespace nlafix::system
