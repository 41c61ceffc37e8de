// SPDX-License-Identifier: GPL-2.0-or-later
// Bytes that are read by ranges, wherever they lie.
// Never: knows what they mean.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/bytes.h"

namespace nlafix {

class ByteSource {
public:
    ByteSource() = default;
    ByteSource(const ByteSource&) = delete;
    ByteSource& operator=(const ByteSource&) = delete;
    virtual ~ByteSource() = default;

    virtual std::uint64_t size_bytes() const = 0;
    /// Fills `into` from `offset`; the range must lie inside. Throws Error(io_error) and what else
    /// the place of the bytes throws.
    virtual void read(MutableByteView into, std::uint64_t offset) = 0;
};

/// `length` bytes from `offset`; fewer at the end.
inline Bytes read_range(ByteSource& source, std::uint64_t offset, std::size_t length) {
    const std::uint64_t size = source.size_bytes();
    const std::uint64_t there = offset < size ? size - offset : 0;
    Bytes bytes(static_cast<std::size_t>(std::min<std::uint64_t>(length, there)));
    if (!bytes.empty()) source.read(bytes, offset);
    return bytes;
}

/// Bytes in memory, which must outlive the object.
class MemorySource final : public ByteSource {
public:
    explicit MemorySource(ByteView bytes) : bytes_(bytes) {}

    std::uint64_t size_bytes() const override { return bytes_.size(); }
    void read(MutableByteView into, std::uint64_t offset) override {
        const ByteView range = slice(bytes_, static_cast<std::size_t>(offset), into.size());
        std::copy(range.begin(), range.end(), into.begin());
    }

private:
    ByteView bytes_;
};

}  // namespace nlafix
