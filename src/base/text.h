// SPDX-License-Identifier: GPL-2.0-or-later
// Text as hives and terminals have it: UTF-16LE, Latin-1, UTF-8, ASCII case.
// Owns: conversions and the escaping of hostile text.
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

/// UTF-8 of `text`; a lone surrogate becomes U+FFFD.
std::string utf8_of(std::u16string_view text);

/// UTF-8 of Latin-1 bytes, as compressed names are stored.
std::string utf8_of_latin1(ByteView bytes);

/// UTF-16 of UTF-8 text that the program itself holds (ASCII and such).
std::u16string utf16_of_ascii(std::string_view ascii);

/// `text` with every byte that is no part of well-formed UTF-8 replaced by U+FFFD.
std::string well_formed_utf8(std::string_view text);

/// `text` for a terminal: control characters (C0, DEL, C1, bidirectional) as \xNN or \u{N},
/// malformed UTF-8 byte by byte as \xNN. Always one line.
std::string escaped(std::string_view text);

/// `text` with the capitals of ASCII as small letters.
std::string ascii_lower_case(std::string text);

/// Equal without regard to ASCII case; any other character must be the same.
bool equal_ignoring_ascii_case(std::string_view a, std::string_view b);
bool equal_ignoring_ascii_case(std::u16string_view a, std::string_view ascii);

}  // namespace nlafix
