// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers as qcow2, VHD and the database of dynamic disks have them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace nlafix {

/// The big-endian number of `length` bytes, at most 8, at `at`; 0 where `bytes` ends before.
inline std::uint64_t big_endian_or_0(ByteView bytes, std::size_t at, std::size_t length) {
    if (!range_is_inside(at, length, bytes.size())) return 0;
    std::uint64_t value = 0;
    for (const std::byte byte : bytes.subspan(at, length)) {
        value = (value << 8) | std::to_integer<std::uint64_t>(byte);
    }
    return value;
}

}  // namespace nlafix
