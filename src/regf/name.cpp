// SPDX-License-Identifier: GPL-2.0-or-later
#include "regf/name.h"

#include "base/text.h"

namespace nlafix::regf {

std::string Name::utf8() const {
    return compressed ? utf8_of_latin1(bytes) : utf8_of(utf16_units(bytes));
}

std::u16string Name::units() const {
    if (!compressed) return utf16_units(bytes);
    std::u16string text;
    text.reserve(bytes.size());
    for (const std::byte b : bytes) text += static_cast<char16_t>(b);
    return text;
}

bool Name::equals_ascii(std::string_view ascii) const {
    if (bytes.size() != ascii.size() * (compressed ? 1 : 2)) return false;
    return equal_ignoring_ascii_case(std::u16string_view(units()), ascii);
}

std::optional<std::u16string> simple_upper_case(const Name& name) {
    std::u16string text = name.units();
    for (char16_t& unit : text) {
        const bool latin1_lower = unit >= 0xe0 && unit <= 0xfe && unit != 0xf7;
        if ((unit >= u'a' && unit <= u'z') || latin1_lower) {
            unit = static_cast<char16_t>(unit - 0x20);
        } else if (unit == 0xff) {
            unit = 0x178;
        } else if (unit > 0xff) {
            return std::nullopt;
        }
    }
    return text;
}

std::uint32_t name_hash(std::u16string_view upper_case) {
    std::uint32_t hash = 0;
    for (const char16_t unit : upper_case) hash = 37 * hash + unit;
    return hash;
}

}  // namespace nlafix::regf
