// SPDX-License-Identifier: GPL-2.0-or-later
// A disk as a range of bytes: a raw image, a block device, an image behind a server, an overlay.
// Owns: the interface that everything in this folder reads and writes through.
// Never: knows what is on the disk.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace nlafix::disk {

enum class Access { read, write };

/// One opened disk. Its methods throw Error (io_error, no_room, read_only, ...) with the disk's
/// path.
class BlockDevice {
public:
    BlockDevice() = default;
    BlockDevice(const BlockDevice&) = delete;
    BlockDevice& operator=(const BlockDevice&) = delete;
    virtual ~BlockDevice() = default;

    /// A multiple of the alignment; an end that would be shorter is left out.
    virtual std::uint64_t size_bytes() const = 0;
    /// Offsets and sizes of writes are multiples of it: a power of two, at least 512.
    virtual std::uint32_t alignment_bytes() const = 0;
    virtual bool is_writable() const = 0;
    /// Of a disk that was opened for reading: why it would not be opened for writing, where that
    /// shows.
    virtual std::optional<Error> refusal() const { return std::nullopt; }
    /// Words for what confines the program that this one started to read it.
    virtual std::vector<std::string> confined() const { return {}; }

    /// Fills `into` from `offset`, whatever the alignment. A range that leaves the disk is
    /// Error(io_error).
    virtual void read(MutableByteView into, std::uint64_t offset) = 0;
    /// Writes an aligned range inside the disk; it is on the medium only after flush().
    virtual void write(ByteView from, std::uint64_t offset) = 0;
    /// Returns when all that was written is on the medium.
    virtual void flush() = 0;
};

/// A range of a disk, in bytes: a partition, or all of a disk without a partition table.
struct DiskRange {
    std::uint64_t offset = 0;
    std::uint64_t size_bytes = 0;
};

/// `size_bytes` bytes from `offset`; what a caller asks for is bounded by the caller.
Bytes read_bytes(BlockDevice& device, std::uint64_t offset, std::size_t size_bytes);

/// What the methods of a device do first. They throw Error(io_error) for a range that leaves the
/// disk, Error(read_only) for a write to one that is not writable, Error(io_error) for one that is
/// not aligned: nothing in this program may ask for that, and it would destroy what lies beside.
void require_readable(const BlockDevice& device, std::uint64_t offset, std::uint64_t size_bytes);
void require_writable(const BlockDevice& device, std::uint64_t offset, std::uint64_t size_bytes);

}  // namespace nlafix::disk
