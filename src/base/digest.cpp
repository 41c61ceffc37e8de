// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/digest.h"

#include <xxhash.h>

namespace nlafix {

std::string digest_of(ByteView data) {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(data.data(), data.size()));
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : canonical.digest) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

std::uint64_t hash_of(ByteView data, std::uint64_t seed) {
    return XXH3_64bits_withSeed(data.data(), data.size(), seed);
}

}  // namespace nlafix
