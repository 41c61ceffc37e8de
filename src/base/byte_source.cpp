// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/byte_source.h"

namespace nlafix {

Bytes read_range(ByteSource& source, std::uint64_t offset, std::size_t length) {
    const std::uint64_t size = source.size_bytes();
    const std::uint64_t there = offset < size ? size - offset : 0;
    Bytes bytes(static_cast<std::size_t>(std::min<std::uint64_t>(length, there)));
    if (!bytes.empty()) source.read(bytes, offset);
    return bytes;
}

}  // namespace nlafix
