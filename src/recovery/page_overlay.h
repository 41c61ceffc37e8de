// SPDX-License-Identifier: GPL-2.0-or-later
// What logs lay over a primary file, without a copy of it.
// Owns: which bytes are the latest at a place.
// Never: owns the bytes, which stay those of the logs.
#pragma once

#include <cstdint>
#include <map>

#include "base/byte_source.h"

namespace nlafix::recovery {

class PageOverlay {
public:
    /// Lays `bytes` over what is at `offset` in the file. They must outlive the object.
    void lay(std::uint64_t offset, ByteView bytes);
    /// The file becomes at least this long; what nothing was laid over is zeros there.
    void grow_to(std::uint64_t size_bytes);

    std::uint64_t size_over(std::uint64_t size_below) const { return std::max(size_, size_below); }
    /// Fills `into` from `offset`, from `below` where nothing is laid over it.
    void read(ByteSource& below, MutableByteView into, std::uint64_t offset) const;
    /// True where `below` has all these bytes already, and is long enough.
    bool changes_nothing(ByteSource& below) const;

private:
    void cut_at(std::uint64_t offset);

    std::map<std::uint64_t, ByteView> pieces_;  // by offset; no two overlap
    std::uint64_t size_ = 0;
};

}  // namespace nlafix::recovery
