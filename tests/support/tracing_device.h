// SPDX-License-Identifier: GPL-2.0-or-later
// A disk that remembers what was written to it, and between which flushes.
#pragma once

#include <vector>

#include "disk/block_device.h"

namespace nlafix::test {

struct TracedWrite {
    std::uint64_t offset = 0;
    Bytes bytes;
};

class TracingDevice final : public disk::BlockDevice {
public:
    /// `inner` must outlive it.
    explicit TracingDevice(disk::BlockDevice& inner) : inner_(inner) {}

    /// The writes in front of each flush; the last ones are those that no flush has followed.
    std::vector<std::vector<TracedWrite>> epochs = {{}};

    std::uint64_t size_bytes() const override { return inner_.size_bytes(); }
    std::uint32_t alignment_bytes() const override { return inner_.alignment_bytes(); }
    bool is_writable() const override { return inner_.is_writable(); }
    void read(MutableByteView into, std::uint64_t offset) override { inner_.read(into, offset); }
    void write(ByteView from, std::uint64_t offset) override {
        inner_.write(from, offset);
        epochs.back().push_back({offset, Bytes(from.begin(), from.end())});
    }
    void flush() override {
        inner_.flush();
        epochs.emplace_back();
    }

private:
    disk::BlockDevice& inner_;
};

}  // namespace nlafix::test
