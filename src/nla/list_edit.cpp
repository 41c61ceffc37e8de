// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/list_edit.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace nlafix::nla {
namespace {

using Text = std::u16string;
using TextView = std::u16string_view;

Text checked_text(ByteView data) {
    if (data.size() > most_list_bytes) throw_list_too_long(data.size());
    if (data.size() % 2 != 0) {
        throw Error(ErrorCode::malformed_value, "has an odd length, which no UTF-16 text has");
    }
    Text text = utf16_units(data);
    if (!is_valid_utf16(text)) {
        throw Error(ErrorCode::malformed_value, "is no valid UTF-16: a surrogate stands alone");
    }
    return text;
}

bool contains(const std::vector<Text>& elements, std::string_view entry) {
    return std::any_of(elements.begin(), elements.end(), [&](const Text& element) {
        return equal_ignoring_ascii_case(TextView(element), entry);
    });
}

std::vector<std::string> to_utf8(const std::vector<Text>& texts) {
    std::vector<std::string> out;
    out.reserve(texts.size());
    for (const Text& text : texts) out.push_back(utf8_of(text));
    return out;
}

/// Strings of a multi-string without its terminators: "a\0b\0\0" and "a\0b" are both {a, b}.
/// Empty strings inside stay.
std::vector<Text> split_strings(TextView text) {
    const std::size_t last = text.find_last_not_of(u'\0');
    if (last == TextView::npos) return {};
    text = text.substr(0, last + 1);
    std::vector<Text> strings;
    for (std::size_t begin = 0;;) {
        const std::size_t end = text.find(u'\0', begin);
        strings.emplace_back(text.substr(begin, end - begin));
        if (end == TextView::npos) return strings;
        begin = end + 1;
    }
}

Text join_strings(const std::vector<Text>& strings) {
    Text text;
    for (const Text& string : strings) (text += string) += u'\0';
    return text += u'\0';
}

ListEdit edit_strings(const Text& text, std::string_view entry) {
    std::vector<Text> strings = split_strings(text);
    // Most readers stop at the first empty string, so what counts stands in front of it.
    const auto first_empty = std::find(strings.begin(), strings.end(), Text());
    const std::vector<Text> elements(strings.begin(), first_empty);
    ListEdit edit;
    edit.elements = to_utf8(elements);
    edit.before = to_utf8(strings);
    edit.present = contains(elements, entry);
    if (!edit.present) {
        strings.insert(first_empty, utf16_of_ascii(entry));
        edit.data = utf16le_bytes(join_strings(strings));
    }
    edit.after = to_utf8(strings);
    return edit;
}

std::vector<Text> split_at_commas(TextView text) {
    std::vector<Text> elements;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(u',', begin), text.size());
        TextView element = text.substr(begin, end - begin);
        const std::size_t first = element.find_first_not_of(u" \t");
        if (first != TextView::npos) {
            element = element.substr(first, element.find_last_not_of(u" \t") - first + 1);
            elements.emplace_back(element);
        }
        begin = end + 1;
    }
    return elements;
}

/// What has to stand between `text` and a new element.
TextView separator_after(TextView text) {
    const std::size_t last = text.find_last_not_of(u" \t");
    if (text[last] != u',') return u", ";
    return last + 1 == text.size() ? u" " : u"";  // a comma that is there already is used
}

ListEdit edit_comma_separated(const Text& stored, std::string_view entry) {
    const std::size_t end = std::min(stored.find(u'\0'), stored.size());
    if (stored.find_first_not_of(u'\0', end) != Text::npos) {
        throw Error(ErrorCode::malformed_value, "has text behind the NUL that ends it");
    }
    Text text = stored.substr(0, end);
    const std::vector<Text> elements = split_at_commas(text);
    ListEdit edit;
    edit.elements = to_utf8(elements);
    edit.before = {utf8_of(text)};
    edit.present = contains(elements, entry);
    if (!edit.present) {
        text = elements.empty() ? Text() : text + Text(separator_after(text));
        text += utf16_of_ascii(entry);
        edit.data = utf16le_bytes(text + u'\0');
    }
    edit.after = {utf8_of(text)};
    return edit;
}

}  // namespace

void throw_list_too_long(std::size_t size_bytes) {
    throw Error(ErrorCode::list_too_long, "is no list that Windows would use: it has " +
                                              std::to_string(size_bytes) + " bytes, more than " +
                                              std::to_string(most_list_bytes))
        .hint("look at the value and shorten it by hand; somebody has filled it");
}

ListEdit edit_list(ListKind kind, ByteView data, std::string_view entry) {
    const Text text = checked_text(data);
    return kind == ListKind::strings ? edit_strings(text, entry)
                                     : edit_comma_separated(text, entry);
}

List read_list(ListKind kind, ByteView data) {
    // An edit names what it found; its entry does not matter here.
    ListEdit edit = edit_list(kind, data, "");
    return {std::move(edit.elements), std::move(edit.before)};
}

Bytes list_of_one(ListKind kind, std::string_view entry) {
    const Text text = utf16_of_ascii(entry);
    return utf16le_bytes(kind == ListKind::strings ? join_strings({text}) : text + u'\0');
}

}  // namespace nlafix::nla
