// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/digest.h"

#include <xxhash.h>

#include <memory>
#include <new>

namespace nlafix {
namespace {

std::string text_of(XXH128_hash_t hash) {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, hash);
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : canonical.digest) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

struct FreeState {
    void operator()(XXH3_state_t* state) const { static_cast<void>(XXH3_freeState(state)); }
};

}  // namespace

std::string digest_of(ByteView data) {
    return text_of(XXH3_128bits(data.data(), data.size()));
}

std::string digest_of_pieces(const std::function<ByteView()>& next) {
    const std::unique_ptr<XXH3_state_t, FreeState> state(XXH3_createState());
    if (!state) throw std::bad_alloc();
    static_cast<void>(XXH3_128bits_reset(state.get()));
    for (ByteView piece = next(); !piece.empty(); piece = next()) {
        static_cast<void>(XXH3_128bits_update(state.get(), piece.data(), piece.size()));
    }
    return text_of(XXH3_128bits_digest(state.get()));
}

std::uint64_t hash_of(ByteView data, std::uint64_t seed) {
    return XXH3_64bits_withSeed(data.data(), data.size(), seed);
}

}  // namespace nlafix
