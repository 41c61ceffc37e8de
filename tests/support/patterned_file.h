// SPDX-License-Identifier: GPL-2.0-or-later
// File contents for tests: every page differs from every other.
#pragma once

#include "base/bytes.h"

namespace nlafix::test {

inline Bytes patterned(std::size_t size_bytes, std::uint64_t seed = 1) {
    Bytes bytes(size_bytes);
    std::uint64_t state = seed * 0x9E3779B97F4A7C15;
    for (std::size_t i = 0; i < size_bytes; ++i) {
        if (i % 8 == 0) {  // a step of xorshift64
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
        }
        bytes[i] = static_cast<std::byte>(state >> (8 * (i % 8)));
    }
    return bytes;
}

}  // namespace nlafix::test
