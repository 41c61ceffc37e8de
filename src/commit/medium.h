// SPDX-License-Identifier: GPL-2.0-or-later
// What epochs are carried out on: the files of a hive, or a disk.
// Owns: the interface alone.
// Never: knows in which order it is written (commit/carry_out.h).
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/epoch.h"

namespace nlafix::commit {

/// The methods throw Error as the layers below them do.
class Medium {
public:
    Medium() = default;
    Medium(const Medium&) = delete;
    Medium& operator=(const Medium&) = delete;
    virtual ~Medium() = default;

    virtual std::uint64_t size_bytes(FileIndex file) = 0;
    /// Fills `into` from `offset`, with zeros behind the end of the file.
    virtual void read(FileIndex file, MutableByteView into, std::uint64_t offset) = 0;
    virtual void write(FileIndex file, ByteView from, std::uint64_t offset) = 0;
    virtual void resize(FileIndex file, std::uint64_t size_bytes) = 0;
    /// Returns when all that was written to the file is on the disk; what is read next comes from
    /// there, where the system can do that.
    virtual void flush(FileIndex file) = 0;
};

}  // namespace nlafix::commit
