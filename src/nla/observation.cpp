// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/observation.h"

#include <cstdio>
#include <utility>

#include "base/error.h"
#include "nla/key_path.h"
#include "nla/list_edit.h"
#include "regf/key_value.h"
#include "system/control_sets.h"

namespace nlafix::nla {
namespace {

// What a report shows of bytes.
constexpr std::size_t most_bytes_shown = 24;

bool type_fits(Content content, std::uint32_t type) {
    switch (content) {
        case Content::number: return type == regf::reg_dword;
        case Content::bytes: return true;
        case Content::strings: return type == regf::reg_multi_sz;
        case Content::comma_separated: break;
    }
    return type == regf::reg_sz || type == regf::reg_expand_sz || type == regf::reg_multi_sz;
}

const char* expected_type(Content content) {
    switch (content) {
        case Content::number: return "REG_DWORD";
        case Content::strings: return "REG_MULTI_SZ";
        case Content::comma_separated: return "REG_SZ";
        case Content::bytes: break;
    }
    return "any type";
}

/// Throws Error for data that its type cannot have.
void read_content(const Bytes& data, Observation& seen) {
    switch (seen.place.content) {
        case Content::bytes: seen.bytes = to_hex(data, most_bytes_shown); return;
        case Content::number:
            if (data.size() != 4) {
                throw Error(ErrorCode::malformed_value,
                            "has " + std::to_string(data.size()) + " bytes, a REG_DWORD has 4");
            }
            seen.number = u32_at(data, 0);
            return;
        case Content::strings:
        case Content::comma_separated: break;
    }
    const ListKind kind =
        seen.type == regf::reg_multi_sz ? ListKind::strings : ListKind::comma_separated;
    List list = read_list(kind, data);
    seen.elements = std::move(list.elements);
    seen.all = std::move(list.all);
}

void read_value(const regf::KeyNode& key, Observation& seen) {
    seen.key_node = key.offset();
    seen.state = Observation::State::absent_value;
    const auto value = regf::find_value(key, seen.place.value);
    if (!value) return;
    seen.stored_name = value->name().utf8();
    seen.type = value->type();
    const Bytes data = value->data();
    try {
        if (!type_fits(seen.place.content, seen.type)) {
            throw Error(ErrorCode::malformed_value, std::string("has the wrong type, expected ") +
                                                        expected_type(seen.place.content));
        }
        read_content(data, seen);
    } catch (const Error& error) {
        throw Error(error.code(), error.bare_message() + " (" + regf::type_name(seen.type) + ", " +
                                      std::to_string(data.size()) +
                                      " bytes: " + to_hex(data, most_bytes_shown) + ")");
    }
    seen.state = Observation::State::present;
}

}  // namespace

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
    }
    return seen;
}

std::string key_of(const Observation& seen) {
    const std::string top = seen.place.hive == HiveRole::software
                                ? "SOFTWARE"
                                : system::control_set_name(seen.control_set);
    return top + "\\" + seen.place.key;
}

std::string number_text(std::uint32_t number) {
    if (number < 0x10000) return std::to_string(number);
    char text[16];
    std::snprintf(text, sizeof text, "0x%x", number);
    return text;
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
        case Content::bytes: return seen.bytes.empty() ? "no bytes" : seen.bytes;
        case Content::strings:
        case Content::comma_separated: break;
    }
    std::string text;
    for (const std::string& string : seen.all) {
        text += (text.empty() ? "\"" : " \"") + string + "\"";
    }
    return text.empty() ? "empty" : text;
}

}  // namespace nlafix::nla
