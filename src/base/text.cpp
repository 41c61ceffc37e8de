// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/text.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <utility>

#include "base/invisible.h"

namespace nlafix {
namespace {

constexpr char32_t replacement = 0xfffd;

bool is_high_surrogate(char16_t unit) {
    return unit >= 0xd800 && unit <= 0xdbff;
}
bool is_low_surrogate(char16_t unit) {
    return unit >= 0xdc00 && unit <= 0xdfff;
}

void append_utf8(std::string& out, char32_t c) {
    const auto put = [&out](char32_t value) { out += static_cast<char>(value); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xc0 | (c >> 6));
        put(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        put(0xe0 | (c >> 12));
        put(0x80 | ((c >> 6) & 0x3f));
        put(0x80 | (c & 0x3f));
    } else {
        put(0xf0 | (c >> 18));
        put(0x80 | ((c >> 12) & 0x3f));
        put(0x80 | ((c >> 6) & 0x3f));
        put(0x80 | (c & 0x3f));
    }
}

char ascii_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

}  // namespace

std::u16string utf16_units(ByteView bytes) {
    std::u16string text(bytes.size() / 2, u'\0');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = u16_at(bytes, 2 * i);
    return text;
}

Bytes utf16le_bytes(std::u16string_view text) {
    Bytes bytes(2 * text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        put_little_endian(MutableByteView(bytes), 2 * i, static_cast<std::uint16_t>(text[i]));
    }
    return bytes;
}

bool is_valid_utf16(std::u16string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_low_surrogate(text[i])) return false;
        if (!is_high_surrogate(text[i])) continue;
        if (i + 1 == text.size() || !is_low_surrogate(text[i + 1])) return false;
        ++i;
    }
    return true;
}

std::string utf8_of(std::u16string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char32_t c = text[i];
        if (is_high_surrogate(text[i]) && i + 1 < text.size() && is_low_surrogate(text[i + 1])) {
            c = 0x10000 + ((c - 0xd800) << 10) + (text[i + 1] - 0xdc00U);
            ++i;
        }
        append_utf8(out, c);
    }
    return out;
}

std::string utf8_of_latin1(ByteView bytes) {
    std::string out;
    out.reserve(bytes.size());
    for (const std::byte b : bytes) append_utf8(out, std::to_integer<char32_t>(b));
    return out;
}

std::u16string utf16_of_utf8(std::string_view text) {
    std::u16string out;
    while (!text.empty()) {
        const Utf8Character next = first_character(text);
        const char32_t c = next.is_well_formed ? next.character : replacement;
        if (c >= 0x10000) {
            out += static_cast<char16_t>(0xd800 + ((c - 0x10000) >> 10));
            out += static_cast<char16_t>(0xdc00 + ((c - 0x10000) & 0x3ff));
        } else {
            out += static_cast<char16_t>(c);
        }
        text.remove_prefix(next.size_bytes);
    }
    return out;
}

std::u16string utf16_of_ascii(std::string_view ascii) {
    std::u16string text;
    for (const char c : ascii) text += static_cast<char16_t>(static_cast<unsigned char>(c));
    return text;
}

Utf8Character first_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(0);
    if (first < 0x80) return {first, 1, true};
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < length) return {first, 1, false};
    char32_t c = first & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return {first, 1, false};
        c = (c << 6) | (byte(i) & 0x3fU);
    }
    static constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (c < smallest[length] || c > 0x10ffff) return {first, 1, false};
    return {c, length, c < 0xd800 || c > 0xdfff};
}

std::string well_formed_utf8(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const Utf8Character next = first_character(text);
        append_utf8(out, next.is_well_formed ? next.character : replacement);
        text.remove_prefix(next.size_bytes);
    }
    return out;
}

std::string escaped(std::string_view text) {
    std::string out;
    char number[16];
    while (!text.empty()) {
        const Utf8Character next = first_character(text);
        if (next.is_well_formed && !is_invisible(next.character)) {
            out += text.substr(0, next.size_bytes);
        } else {
            std::snprintf(number, sizeof number, next.size_bytes == 1 ? "\\x%02x" : "\\u{%x}",
                          static_cast<unsigned>(next.character));
            out += number;
        }
        text.remove_prefix(next.size_bytes);
    }
    return out;
}

std::string visible_part(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const Utf8Character next = first_character(text);
        if (!next.is_well_formed || !is_invisible(next.character)) {
            out += text.substr(0, next.size_bytes);
        }
        text.remove_prefix(next.size_bytes);
    }
    return out;
}

std::string quoted(std::string_view text) {
    const char quote = text.find('"') == std::string_view::npos ? '"' : '\'';
    return quote + std::string(text) + quote;
}

std::string quoted(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) {
        if (!all.empty()) all += ' ';
        all += quoted(text);
    }
    return all;
}

std::string shortened(std::string_view text, std::size_t most_bytes) {
    if (text.size() <= most_bytes) return std::string(text);
    std::size_t end = most_bytes;
    // Not in front of a byte that continues a character; what is no UTF-8 has no such limit.
    for (std::size_t back = 0; back < 3 && end > 0; ++back, --end) {
        if ((static_cast<unsigned char>(text[end]) & 0xc0U) != 0x80U) break;
    }
    return std::string(text.substr(0, end)) + "…";
}

std::vector<std::string> shortened(const std::vector<std::string>& texts, std::size_t most_bytes) {
    std::vector<std::string> kept;
    std::size_t size_bytes = 0;
    for (const std::string& text : texts) {
        std::string some = shortened(text, most_bytes / 4);
        size_bytes += some.size() + 1;  // an empty one is not free
        if (size_bytes > most_bytes) {
            kept.push_back("… and " + std::to_string(texts.size() - kept.size()) + " more");
            break;
        }
        kept.push_back(std::move(some));
    }
    return kept;
}

std::string ascii_upper_case(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
    return out;
}

std::string ascii_lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), ascii_lower);
    return text;
}

bool equal_ignoring_ascii_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

bool equal_ignoring_ascii_case(std::u16string_view a, std::string_view ascii) {
    return std::equal(a.begin(), a.end(), ascii.begin(), ascii.end(), [](char16_t x, char y) {
        return x < 0x80 && ascii_lower(static_cast<char>(x)) == ascii_lower(y);
    });
}

std::string size_text(std::uint64_t bytes) {
    static constexpr const char* units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 1024 && unit + 1 < std::size(units)) {
        value /= 1024;
        ++unit;
    }
    char text[32];
    std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    return text;
}

}  // namespace nlafix
