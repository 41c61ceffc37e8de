// SPDX-License-Identifier: GPL-2.0-or-later
// A disk whose writes stay in memory.
// Owns: the blocks that were written.
// Never: writes to the disk below.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "base/epoch.h"
#include "disk/block_device.h"

namespace nlafix::disk {

/// Copy on write, in blocks of max(4096, alignment of the disk below). `base` must outlive it.
class OverlayDevice final : public BlockDevice {
public:
    static constexpr std::size_t most_bytes_by_default = std::size_t{256} << 20;

    /// Writes throw Error(io_error) once the blocks would need more than `most_bytes` of memory.
    explicit OverlayDevice(BlockDevice& base, std::size_t most_bytes = most_bytes_by_default);

    std::uint64_t size_bytes() const override { return base_.size_bytes(); }
    std::uint32_t alignment_bytes() const override { return base_.alignment_bytes(); }
    bool is_writable() const override { return true; }
    void read(MutableByteView into, std::uint64_t offset) override;
    /// Any alignment will do.
    void write(ByteView from, std::uint64_t offset) override;
    void flush() override {}

    /// What differs from the disk below, by ascending offset, in units of its alignment; neighbours
    /// are one write, of at most 1 MiB.
    std::vector<Write> changes() const;
    /// Lets go of the blocks that equal the disk below; returns how many are left.
    std::size_t drop_unchanged();
    /// All that was written is gone.
    void discard() { blocks_.clear(); }

private:
    using Compare = std::function<void(std::uint64_t index, ByteView before, ByteView after)>;

    /// Calls `visit` for each block, by ascending index, with what the disk below holds there.
    void compare(const Compare& visit) const;
    std::size_t block_size(std::uint64_t index) const;
    Bytes& block_for_writing(std::uint64_t index, bool is_overwritten);

    BlockDevice& base_;
    std::size_t block_bytes_;
    std::size_t most_blocks_;
    std::map<std::uint64_t, Bytes> blocks_;  // by offset / block_bytes_; the last may be shorter
};

}  // namespace nlafix::disk
