// SPDX-License-Identifier: GPL-2.0-or-later
// Text as hives and terminals have it: UTF-16LE, Latin-1, UTF-8, ASCII case.
// Owns: conversions, the escaping of hostile text, sizes for a person.
// Never: asks the locale; a rescue system may have none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace nlafix {

/// The UTF-16 code units of `bytes`, surrogates as they are. A last odd byte is left out.
std::u16string utf16_units(ByteView bytes);

/// Little-endian bytes of `text`, without a terminator; 2 * text.size() bytes.
Bytes utf16le_bytes(std::u16string_view text);

/// True when every surrogate has its partner.
bool is_valid_utf16(std::u16string_view text);

/// UTF-8 of `text`. A lone surrogate becomes the three bytes that UTF-8 would have for it, so that
/// different names stay different; only `escaped` and `well_formed_utf8` may print it.
std::string utf8_of(std::u16string_view text);

/// UTF-8 of Latin-1 bytes, as compressed names are stored.
std::string utf8_of_latin1(ByteView bytes);

/// UTF-16 of UTF-8 text that the program itself holds (ASCII and such).
std::u16string utf16_of_ascii(std::string_view ascii);

/// UTF-16 of UTF-8; what is none becomes U+FFFD.
std::u16string utf16_of_utf8(std::string_view text);

struct Utf8Character {
    char32_t character = 0;      // of a byte that is no UTF-8, the byte
    std::size_t size_bytes = 1;  // 1 for such a byte, 3 for a lone surrogate
    bool is_well_formed = false;
};

/// The character at the start of `text`, which is not empty. Strict: no overlong forms; a lone
/// surrogate is decoded, but is not well-formed.
Utf8Character first_character(std::string_view text);

/// `text` with every lone surrogate and every byte that is no UTF-8 replaced by U+FFFD.
std::string well_formed_utf8(std::string_view text);

/// `text` for a terminal: invisible characters (base/invisible.h) and lone surrogates as \xNN or
/// \u{N}, malformed UTF-8 byte by byte as \xNN. Always one line.
std::string escaped(std::string_view text);

/// `text` in double quotes; in single ones where it holds a double one. The stock entry of Windows
/// 8 and later, two quote characters, is '""'.
std::string quoted(std::string_view text);

/// Each of `texts` quoted, with blanks between; "" for none.
std::string quoted(const std::vector<std::string>& texts);

/// UTF-8 `text` without the invisible characters in it; what is no UTF-8 stays.
std::string visible_part(std::string_view text);

/// `text` where it has at most `most_bytes`; else its start, cut between two characters, and "…".
std::string shortened(std::string_view text, std::size_t most_bytes);

/// `texts` for a report: as many as have at most `most_bytes` together, each cut to a quarter of
/// that, and where some were left out one more that says how many.
std::vector<std::string> shortened(const std::vector<std::string>& texts, std::size_t most_bytes);

/// `text` with the capitals of ASCII as small letters.
std::string ascii_lower_case(std::string text);
/// The other way.
std::string ascii_upper_case(std::string_view text);

/// Equal without regard to ASCII case; any other character must be the same.
bool equal_ignoring_ascii_case(std::string_view a, std::string_view b);
bool equal_ignoring_ascii_case(std::u16string_view a, std::string_view ascii);

/// "512 bytes", "100.0 MiB", "1.8 TiB".
std::string size_text(std::uint64_t bytes);

}  // namespace nlafix
