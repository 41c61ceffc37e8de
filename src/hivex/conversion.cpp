// SPDX-License-Identifier: GPL-2.0-or-later
#include "hivex/conversion.h"

#include <algorithm>
#include <cerrno>

namespace nlafix::hivex {
namespace {

/// One character of the input, or why there is none.
struct Decoded {
    int error = 0;
    char32_t character = 0;
    std::size_t length_bytes = 0;
};

std::uint8_t octet(ByteView input, std::size_t at) {
    return std::to_integer<std::uint8_t>(input[at]);
}

bool is_surrogate(char32_t c) {
    return c >= 0xD800 && c < 0xE000;
}

/// How long a UTF-8 sequence is that starts with `first`; 0 where none does. C0 and C1 could only
/// start overlong forms. Those of 5 and 6 bytes stand for nothing, but glibc waits for their end.
std::size_t length_in_utf8(std::uint8_t first) {
    if (first < 0x80) return 1;
    if (first < 0xC2) return 0;
    if (first < 0xE0) return 2;
    if (first < 0xF0) return 3;
    if (first < 0xF8) return 4;
    if (first < 0xFC) return 5;
    return first < 0xFE ? 6 : 0;
}

Decoded from_utf8(ByteView input) {
    const std::uint8_t first = octet(input, 0);
    const std::size_t length = length_in_utf8(first);
    if (length == 0) return {EILSEQ};
    if (length == 1) return {0, first, 1};
    char32_t character = first & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if (i == input.size()) return {EINVAL};
        if ((octet(input, i) & 0xC0U) != 0x80U) return {EILSEQ};
        character = (character << 6) | (octet(input, i) & 0x3FU);
    }
    if (length > 4) return {EILSEQ};
    const char32_t least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
    if (character < least || character > 0x10FFFF || is_surrogate(character)) return {EILSEQ};
    return {0, character, length};
}

Decoded from_utf16le(ByteView input) {
    if (input.size() < 2) return {EINVAL};
    const char32_t first = u16_at(input, 0);
    if (!is_surrogate(first)) return {0, first, 2};
    if (first >= 0xDC00) return {EILSEQ};
    if (input.size() < 4) return {EINVAL};
    const char32_t second = u16_at(input, 2);
    if (second < 0xDC00 || !is_surrogate(second)) return {EILSEQ};
    return {0, 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00), 4};
}

Decoded decoded(Encoding from, ByteView input) {
    switch (from) {
        case Encoding::utf8: return from_utf8(input);
        case Encoding::utf16le: return from_utf16le(input);
        case Encoding::latin1: break;
    }
    return {0, octet(input, 0), 1};
}

/// The bytes of one character.
struct Encoded {
    int error = 0;
    std::byte bytes[4] = {};
    std::size_t length_bytes = 0;

    void add(char32_t value) { bytes[length_bytes++] = static_cast<std::byte>(value & 0xFFU); }
};

Encoded to_utf8(char32_t c) {
    Encoded out;
    if (c < 0x80) {
        out.add(c);
        return out;
    }
    const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    out.add((0xFF00U >> (more + 1)) | (c >> (6 * more)));
    for (int i = more - 1; i >= 0; --i) out.add(0x80U | ((c >> (6 * i)) & 0x3FU));
    return out;
}

Encoded to_utf16le(char32_t c) {
    Encoded out;
    const auto add_unit = [&out](char32_t unit) {
        out.add(unit);
        out.add(unit >> 8);
    };
    if (c < 0x10000) {
        add_unit(c);
    } else {
        add_unit(0xD800 + ((c - 0x10000) >> 10));
        add_unit(0xDC00 + ((c - 0x10000) & 0x3FFU));
    }
    return out;
}

Encoded to_latin1(char32_t c) {
    constexpr char32_t tags = 0xE0000 >> 7;
    Encoded out;
    if ((c >> 7) == tags) return out;
    if (c > 0xFF) {
        out.error = EILSEQ;
    } else {
        out.add(c);
    }
    return out;
}

Encoded encoded(Encoding to, char32_t c) {
    switch (to) {
        case Encoding::utf8: return to_utf8(c);
        case Encoding::utf16le: return to_utf16le(c);
        case Encoding::latin1: break;
    }
    return to_latin1(c);
}

}  // namespace

std::optional<Encoding> encoding_of(std::string_view name) {
    if (name == "UTF-8") return Encoding::utf8;
    if (name == "UTF-16LE") return Encoding::utf16le;
    if (name == "LATIN1") return Encoding::latin1;
    return std::nullopt;
}

Converted convert(Encoding from, ByteView input, Encoding to, MutableByteView output) {
    const std::size_t least_room = to == Encoding::utf16le ? 2 : 1;
    Converted done;
    while (done.error == 0 && done.read_bytes < input.size()) {
        const Decoded in = decoded(from, input.subspan(done.read_bytes));
        if (in.error != 0) {
            done.error = in.error;
            break;
        }
        const Encoded out = encoded(to, in.character);
        const std::size_t room = output.size() - done.written_bytes;
        // glibc asks for room before it says that Latin-1 has no such character.
        if (room < std::max(least_room, out.length_bytes)) {
            done.error = E2BIG;
        } else if (out.error != 0) {
            done.error = out.error;
        } else {
            std::copy_n(out.bytes, out.length_bytes,
                        output.begin() + static_cast<std::ptrdiff_t>(done.written_bytes));
            done.written_bytes += out.length_bytes;
            done.read_bytes += in.length_bytes;
        }
    }
    return done;
}

}  // namespace nlafix::hivex
