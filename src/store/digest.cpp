// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/digest.h"

#include <xxhash.h>

namespace nlafix::store {

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

}  // namespace nlafix::store
