// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/observation.h"

#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "nla/key_path.h"
#include "nla/list_edit.h"
#include "regf/key_value.h"
#include "system/control_sets.h"

namespace nlafix::nla {
namespace {

// What a report shows of bytes.
constexpr std::size_t most_bytes_shown = 24;
constexpr std::size_t most_list_bytes_shown = 1024;

bool type_fits(Content content, std::uint32_t type) {
    const bool is_text = type == regf::reg_sz || type == regf::reg_expand_sz;
    switch (content) {
        case Content::number: return type == regf::reg_dword;
        case Content::bytes:
        case Content::other: return true;
        case Content::strings: return type == regf::reg_multi_sz;
        case Content::text: return is_text;
        case Content::comma_separated: break;
    }
    return is_text || type == regf::reg_multi_sz;
}

const char* expected_type(Content content) {
    switch (content) {
        case Content::number: return "REG_DWORD";
        case Content::strings: return "REG_MULTI_SZ";
        case Content::text:
        case Content::comma_separated: return "REG_SZ";
        case Content::bytes:
        case Content::other: break;
    }
    return "any type";
}

/// Throws Error for data that its type cannot have.
void read_content(Observation& seen) {
    switch (seen.place.content) {
        case Content::bytes:
        case Content::other: return;
        case Content::number:
            if (seen.data.size() != 4) {
                throw Error(ErrorCode::malformed_value, "has " + std::to_string(seen.data.size()) +
                                                            " bytes, a REG_DWORD has 4");
            }
            seen.number = u32_at(seen.data, 0);
            return;
        case Content::text: {
            const std::u16string units = utf16_units(seen.data);
            seen.text = utf8_of(units.substr(0, units.find(u'\0')));
            return;
        }
        case Content::strings:
        case Content::comma_separated: break;
    }
    const ListKind kind =
        seen.type == regf::reg_multi_sz ? ListKind::strings : ListKind::comma_separated;
    List list = read_list(kind, seen.data);
    seen.elements = std::move(list.elements);
    seen.all = std::move(list.all);
}

/// Many values may name the same data, so none is read that nobody would look at.
void require_possible_size(std::size_t size_bytes, Content content) {
    // ProductPolicy, the longest that is looked at, has some 30,000 bytes on real machines.
    const std::size_t most_bytes = content == Content::bytes ? most_list_bytes : 16384;
    const bool is_list = content == Content::strings || content == Content::comma_separated;
    if (is_list && size_bytes > most_list_bytes) throw_list_too_long(size_bytes);
    if (is_list || size_bytes <= most_bytes) return;
    throw Error(ErrorCode::malformed_value,
                "has " + std::to_string(size_bytes) + " bytes, more than Windows writes there");
}

void read_value(const regf::KeyNode& key, Observation& seen) {
    seen.key_node = key.offset();
    seen.state = Observation::State::absent_value;
    const auto value = regf::find_value(key, seen.place.value);
    if (!value) return;
    seen.stored_name = value->name().utf8();
    seen.type = value->type();
    require_possible_size(value->data_size_bytes(), seen.place.content);
    read_data(value->type(), value->data(), seen);
}

const char* name_of(HiveRole hive) {
    switch (hive) {
        case HiveRole::system_root: return "SYSTEM";
        case HiveRole::software: return "SOFTWARE";
        case HiveRole::security: return "SECURITY";
        case HiveRole::sam: return "SAM";
        case HiveRole::volume: return "Windows";
        case HiveRole::system: break;
    }
    return "";
}

}  // namespace

void read_data(std::uint32_t type, Bytes data, Observation& seen) {
    seen.type = type;
    seen.data = std::move(data);
    try {
        if (!type_fits(seen.place.content, seen.type)) {
            throw Error(ErrorCode::malformed_value, std::string("has the wrong type, expected ") +
                                                        expected_type(seen.place.content));
        }
        read_content(seen);
    } catch (const Error& error) {
        throw Error(error.code(), error.bare_message() + " (" + described(seen) + ")");
    }
    seen.state = Observation::State::present;
}

Observation observe(const regf::KeyNode& from, std::uint32_t control_set, const Place& place) {
    Observation seen;
    seen.place = place;
    seen.control_set = control_set;
    try {
        if (place.hive == HiveRole::system) seen.path.push_back(from.name().utf8());
        const auto key = walk_to_key(from, place.key, key_of(seen), seen.path);
        if (key) read_value(*key, seen);
    } catch (const Error& error) {
        seen.state = Observation::State::unreadable;
        seen.trouble = error.message();
        seen.trouble_code = error.code();
    }
    return seen;
}

Observation found_elsewhere(HiveRole hive, std::string key, std::string value, std::string text) {
    Observation seen;
    seen.place = {hive, std::move(key), std::move(value), Content::other};
    seen.state = text.empty() ? Observation::State::absent_value : Observation::State::present;
    seen.text = std::move(text);
    return seen;
}

std::string bytes_text(const Observation& seen) {
    return to_hex(seen.data, most_bytes_shown);
}

std::string described(const Observation& seen) {
    return regf::type_name(seen.type) + ", " + std::to_string(seen.data.size()) +
           " bytes: " + bytes_text(seen);
}

std::string key_of(const Observation& seen) {
    // Beside the folder of Windows.
    constexpr std::string_view to_the_root = "..\\";
    if (seen.place.hive == HiveRole::volume && seen.place.key.starts_with(to_the_root)) {
        return seen.place.key.substr(to_the_root.size());
    }
    const std::string top = seen.place.hive == HiveRole::system
                                ? system::control_set_name(seen.control_set)
                                : name_of(seen.place.hive);
    return seen.place.key.empty() ? top : top + "\\" + seen.place.key;
}

std::string content_of(const Observation& seen) {
    switch (seen.state) {
        case Observation::State::absent_key:
        case Observation::State::absent_value: return "absent";
        case Observation::State::unreadable: return "unreadable";
        case Observation::State::present: break;
    }
    switch (seen.place.content) {
        case Content::number: return number_text(seen.number);
        case Content::bytes: return seen.data.empty() ? "no bytes" : bytes_text(seen);
        case Content::other: return seen.text;
        case Content::text: return quoted(seen.text);
        case Content::strings:
        case Content::comma_separated: break;
    }
    return seen.all.empty() ? "empty" : quoted(shortened(seen.all, most_list_bytes_shown));
}

}  // namespace nlafix::nla
