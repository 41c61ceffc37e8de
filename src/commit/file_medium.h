// SPDX-License-Identifier: GPL-2.0-or-later
// A hive and the logs beside it as what epochs are carried out on.
// Owns: their handles. Each file is opened once, by a name that is no link, and written and read
//   through that handle.
// Never: creates a file.
#pragma once

#include <string>
#include <vector>

#include "commit/medium.h"
#include "disk/block_device.h"
#include "os/file.h"

namespace nlafix::commit {

class FileMedium final : public Medium {
public:
    /// Opens the file that `hive` is, and the logs called `logs` in its folder, which must be
    /// regular files. Throws Error(hive_changed) where the hive's name means another file by now.
    FileMedium(const os::File& hive, const std::vector<std::string>& logs, disk::Access access);

    std::uint64_t size_bytes(FileIndex file) override;
    void read(FileIndex file, MutableByteView into, std::uint64_t offset) override;
    void write(FileIndex file, ByteView from, std::uint64_t offset) override;
    void resize(FileIndex file, std::uint64_t size_bytes) override;
    void flush(FileIndex file) override;

    const os::File& file(FileIndex index) const { return files_.at(index); }
    /// Of all files, in their order.
    std::vector<os::FileIdentity> identities() const;

private:
    std::vector<os::File> files_;
};

}  // namespace nlafix::commit
