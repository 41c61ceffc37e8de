// SPDX-License-Identifier: GPL-2.0-or-later
#include "regf/name.h"

#include <algorithm>

#include "base/text.h"

namespace nlafix::regf {
namespace {

// What needs more than ASCII and Latin-1 to be turned into upper case.
constexpr char32_t unknown = 0xffffffff;

std::size_t length_of(const Name& name) {
    return name.compressed ? name.bytes.size() : name.bytes.size() / 2;
}

char32_t upper_case_unit(const Name& name, std::size_t index) {
    const char32_t unit = name.compressed ? std::to_integer<char32_t>(name.bytes[index])
                                          : char32_t{u16_at(name.bytes, 2 * index)};
    if (unit < 0x80) return unit >= U'a' && unit <= U'z' ? unit - 0x20 : unit;
    if (unit == 0xff) return 0x178;
    if (unit > 0xff) return unknown;
    return unit >= 0xe0 && unit != 0xf7 ? unit - 0x20 : unit;
}

}  // namespace

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
    for (std::size_t i = 0; i < ascii.size(); ++i) {
        const auto wanted = static_cast<unsigned char>(ascii[i]);
        const char32_t upper = wanted >= 'a' && wanted <= 'z' ? wanted - 0x20U : wanted;
        if (upper_case_unit(*this, i) != upper) return false;
    }
    return true;
}

std::optional<std::uint32_t> upper_case_hash(const Name& name) {
    std::uint32_t hash = 0;
    for (std::size_t i = 0; i < length_of(name); ++i) {
        const char32_t unit = upper_case_unit(name, i);
        if (unit == unknown) return std::nullopt;
        hash = 37 * hash + unit;
    }
    return hash;
}

std::uint32_t upper_case_hash(std::string_view ascii) {
    const Name name{std::as_bytes(std::span(ascii))};
    return upper_case_hash(name).value_or(0);  // every ASCII name has one
}

std::optional<int> compare_upper_case(const Name& a, const Name& b) {
    const std::size_t common = std::min(length_of(a), length_of(b));
    for (std::size_t i = 0; i < common; ++i) {
        const char32_t x = upper_case_unit(a, i);
        const char32_t y = upper_case_unit(b, i);
        if (x == unknown || y == unknown) return std::nullopt;
        if (x != y) return x < y ? -1 : 1;
    }
    return length_of(a) < length_of(b) ? -1 : length_of(a) > length_of(b) ? 1 : 0;
}

}  // namespace nlafix::regf
