// SPDX-License-Identifier: GPL-2.0-or-later
// The Marvin32 hash with the seed of transaction logs (specification: log entries, notes 1 to 3).
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace nlafix::recovery {

std::uint64_t marvin32(ByteView data);

}  // namespace nlafix::recovery
