// SPDX-License-Identifier: GPL-2.0-or-later
// A disk as what epochs are carried out on.
#pragma once

#include "commit/medium.h"
#include "disk/block_device.h"

namespace nlafix::commit {

class DiskMedium final : public Medium {
public:
    /// `device` must outlive it.
    explicit DiskMedium(disk::BlockDevice& device) : device_(device) {}

    std::uint64_t size_bytes(FileIndex) override { return device_.size_bytes(); }
    void read(FileIndex, MutableByteView into, std::uint64_t offset) override {
        device_.read(into, offset);
    }
    void write(FileIndex, ByteView from, std::uint64_t offset) override {
        device_.write(from, offset);
    }
    void resize(FileIndex, std::uint64_t) override {}
    void flush(FileIndex) override { device_.flush(); }

private:
    disk::BlockDevice& device_;
};

}  // namespace nlafix::commit
