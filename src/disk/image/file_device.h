// SPDX-License-Identifier: GPL-2.0-or-later
// A raw image or a block device of this machine, read and written directly.
// Owns: the open file, and the proof that nobody else works on it.
// Never: knows an image format.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "disk/block_device.h"
#include "os/file.h"

namespace nlafix::disk {

/// Two objects on one disk exclude each other, as two programs would, unless both only read.
///
/// A block device is opened exclusively, which the kernel refuses while it, or a partition of it,
/// is mounted: Error(in_use) for writing, a warning for reading. Both kinds are locked as qemu
/// locks its images (image_lock.h), for reading as well: Error(in_use) while a machine runs on it.
/// A regular file is not written while any other program has it open for writing, such as a loop
/// device.
class FileDevice final : public BlockDevice {
public:
    /// `path` has no link in it.
    static std::unique_ptr<FileDevice> open(os::System& system, const std::string& path,
                                            Access access);

    std::uint64_t size_bytes() const override { return size_bytes_; }
    std::uint32_t alignment_bytes() const override { return alignment_bytes_; }
    bool is_writable() const override { return access_ == Access::write; }
    std::optional<Error> refusal() const override { return refusal_; }
    void read(MutableByteView into, std::uint64_t offset) override;
    void write(ByteView from, std::uint64_t offset) override;
    void flush() override;

    os::FileIdentity identity() const { return file_.status().identity; }
    bool is_block_device() const { return is_block_device_; }
    const std::vector<std::string>& warnings() const { return warnings_; }
    /// Leaves out what lies behind the first `size_bytes`: the footer of a fixed VHD.
    void limit_size(std::uint64_t size_bytes);

private:
    FileDevice(os::File file, Access access);
    void read_block_device_status();

    os::File file_;
    Access access_;
    bool is_block_device_ = false;
    std::uint64_t size_bytes_ = 0;
    std::uint32_t alignment_bytes_ = 512;
    std::vector<std::string> warnings_;
    std::optional<Error> refusal_;
};

/// Throws Error(hive_changed): `path` means another file than a moment ago.
[[noreturn]] void throw_exchanged(const std::string& path);

/// Why the image in `reader`, which was opened for reading alone, cannot be written now: another
/// program has it open for writing, or its file system is read-only.
std::optional<Error> why_image_not_written(const os::File& reader);

}  // namespace nlafix::disk
