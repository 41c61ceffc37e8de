// SPDX-License-Identifier: GPL-2.0-or-later
// Hashes of hives, by xxHash: to recognise a hive, not to resist a forger.
#pragma once

#include <string>

#include "base/bytes.h"

namespace nlafix::store {

/// XXH3-128 of `data` in its canonical form, 32 hexadecimal digits.
std::string digest_of(ByteView data);

}  // namespace nlafix::store
