// SPDX-License-Identifier: GPL-2.0-or-later
// What a hive without its logs lacks.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace nlafix::recovery {

struct Losses {
    std::uint64_t keys = 0;    // that the recovered hive has and the primary file has not
    std::uint64_t values = 0;  // the same, or with other data
};

/// Compares what hangs on the roots of both, in time linear in their size (but for sorting). Throws
/// Error(malformed_hive) where one of them cannot be read through.
Losses count_losses(ByteView primary, ByteView recovered);

}  // namespace nlafix::recovery
