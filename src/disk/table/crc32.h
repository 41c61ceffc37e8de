// SPDX-License-Identifier: GPL-2.0-or-later
// The checksum of a GPT.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace nlafix::disk {

/// CRC-32 as in Ethernet and zlib: polynomial 0x04c11db7, reflected; 0 for no bytes.
std::uint32_t crc32(ByteView bytes);

}  // namespace nlafix::disk
