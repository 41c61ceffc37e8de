// SPDX-License-Identifier: GPL-2.0-or-later
// Text in the encodings that hivex asks iconv for, converted as the C library of GNU does it.
// Owns: the conversions of a file that runs where no gconv module is (hivex/static).
// Never: serves nlafix itself: base/text.h does.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace nlafix::hivex {

enum class Encoding { utf8, utf16le, latin1 };

/// By the names that hivex uses: "UTF-8", "UTF-16LE", "LATIN1".
std::optional<Encoding> encoding_of(std::string_view name);

/// How far a conversion came. `error` is 0 at the end of the input, else EILSEQ, EINVAL (the input
/// ends inside a character) or E2BIG (the output is full), and the character at `read_bytes` was
/// not converted.
struct Converted {
    int error = 0;
    std::size_t read_bytes = 0;
    std::size_t written_bytes = 0;
};

/// As iconv(3) of glibc 2.36, to the byte: no surrogate and no overlong form passes, nothing is
/// replaced, and tag characters (U+E0000 to U+E007F) are left out of Latin-1.
Converted convert(Encoding from, ByteView input, Encoding to, MutableByteView output);

}  // namespace nlafix::hivex
