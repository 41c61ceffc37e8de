// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/bytes.h"

#include <cstring>

#include "base/error.h"

namespace nlafix {

void throw_out_of_range(std::uint64_t offset, std::uint64_t length, std::uint64_t size) {
    throw Error(ErrorCode::malformed_hive, "needs " + std::to_string(length) + " bytes at " +
                                               std::to_string(offset) + " of a record that has " +
                                               std::to_string(size));
}

bool equal(ByteView a, ByteView b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

std::string to_hex(ByteView view, std::size_t limit) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < view.size() && i < limit; ++i) {
        if (i != 0) text += ' ';
        const auto value = std::to_integer<unsigned>(view[i]);
        text += digits[value >> 4];
        text += digits[value & 15];
    }
    if (view.size() > limit) text += " …";
    return text;
}

}  // namespace nlafix
