// SPDX-License-Identifier: GPL-2.0-or-later
// Hashes, by xxHash: to recognise bytes, not to resist a forger.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/bytes.h"

namespace nlafix {

/// XXH3-128 of `data` in its canonical form, 32 hexadecimal digits.
std::string digest_of(ByteView data);

/// The same of bytes that come piece by piece: `next` gives the next piece, an empty one at the
/// end.
std::string digest_of_pieces(const std::function<ByteView()>& next);

/// XXH3-64 of `data`, to chain: the hash of what came before is the seed.
std::uint64_t hash_of(ByteView data, std::uint64_t seed);

}  // namespace nlafix
