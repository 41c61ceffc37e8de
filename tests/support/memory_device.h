// SPDX-License-Identifier: GPL-2.0-or-later
// A disk in memory.
#pragma once

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "disk/block_device.h"

namespace nlafix::test {

class MemoryDevice final : public disk::BlockDevice {
public:
    explicit MemoryDevice(Bytes bytes, std::uint32_t alignment_bytes = 512)
        : content(std::move(bytes)), alignment_bytes_(alignment_bytes) {}

    std::uint64_t size_bytes() const override {
        return content.size() - content.size() % alignment_bytes_;
    }
    std::uint32_t alignment_bytes() const override { return alignment_bytes_; }
    bool is_writable() const override { return writable; }

    void read(MutableByteView into, std::uint64_t offset) override {
        disk::require_readable(*this, offset, into.size());
        std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(offset), into.size(),
                    into.begin());
        read_bytes += into.size();
    }

    void write(ByteView from, std::uint64_t offset) override {
        disk::require_writable(*this, offset, from.size());
        if (writes_until_failure == 0) throw Error(ErrorCode::io_error, "the disk is broken");
        --writes_until_failure;
        std::copy(from.begin(), from.end(), content.begin() + static_cast<std::ptrdiff_t>(offset));
    }

    void flush() override { ++flushes; }

    Bytes content;
    bool writable = true;
    std::uint64_t read_bytes = 0;
    std::size_t flushes = 0;
    std::size_t writes_until_failure = ~std::size_t{0};

private:
    std::uint32_t alignment_bytes_;
};

}  // namespace nlafix::test
