// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/block_device.h"

#include "base/error.h"

namespace nlafix::disk {

Bytes read_bytes(BlockDevice& device, std::uint64_t offset, std::size_t size_bytes) {
    // Before the memory is taken: the numbers may come from the disk.
    require_readable(device, offset, size_bytes);
    Bytes bytes(size_bytes);
    device.read(bytes, offset);
    return bytes;
}

void require_readable(const BlockDevice& device, std::uint64_t offset, std::uint64_t size_bytes) {
    if (range_is_inside(offset, size_bytes, device.size_bytes())) return;
    throw Error(ErrorCode::io_error, "has only " + std::to_string(device.size_bytes()) +
                                         " bytes; asked for " + std::to_string(size_bytes))
        .offset(offset)
        .hint("is the image or the disk complete? compare its size with the original's");
}

void require_writable(const BlockDevice& device, std::uint64_t offset, std::uint64_t size_bytes) {
    if (!device.is_writable()) {
        throw Error(ErrorCode::read_only, "was opened for reading only").offset(offset);
    }
    require_readable(device, offset, size_bytes);
    const std::uint64_t alignment = device.alignment_bytes();
    if (offset % alignment == 0 && size_bytes % alignment == 0) return;
    throw Error(ErrorCode::io_error, "a write of " + std::to_string(size_bytes) +
                                         " bytes is not aligned to " + std::to_string(alignment))
        .offset(offset);
}

}  // namespace nlafix::disk
