// SPDX-License-Identifier: GPL-2.0-or-later
// Bytes in memory that count what is read of them.
#pragma once

#include "base/byte_source.h"

namespace nlafix::test {

class CountingSource final : public ByteSource {
public:
    /// `bytes` must outlive the object.
    explicit CountingSource(ByteView bytes) : source_(bytes) {}

    std::uint64_t size_bytes() const override { return source_.size_bytes(); }
    void read(MutableByteView into, std::uint64_t offset) override {
        source_.read(into, offset);
        bytes_read += into.size();
        ++reads;
    }

    std::uint64_t bytes_read = 0;
    std::uint64_t reads = 0;

private:
    MemorySource source_;
};

}  // namespace nlafix::test
