// SPDX-License-Identifier: GPL-2.0-or-later
// From a TARGET to an open disk.
// Owns: the choice among file, block device, image and server; what a TARGET is by its content.
// Never: changes anything, or looks at what volumes hold.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "disk/block_device.h"
#include "disk/image/file_device.h"
#include "disk/image/image_format.h"
#include "disk/image/nbd_device.h"
#include "os/system.h"

namespace nlafix::disk {

struct ImageOptions {
    std::optional<ImageFormat> format;    // instead of probing (--format)
    bool trust_image_references = false;  // --trust-image-references
    NbdOptions nbd;
};

struct OpenedDisk {
    std::unique_ptr<BlockDevice> device;
    std::string path;    // absolute, without links; or the URI as it was given
    std::string format;  // the word of the image format; "nbd" for a URI
    std::optional<os::FileIdentity> identity;  // of an image or a device
    bool is_block_device = false;
    bool may_grow = false;  // an image that takes more room of its file system for what is written
    /// Of a disk that was opened for reading: why it would not be opened for writing, where that
    /// shows.
    std::optional<Error> refusal;
    std::vector<std::string> warnings;  // what a report should say
};

/// True when `target` is a disk and not a hive or a folder: a URI of an NBD server, a block device,
/// or a regular file with the magic of an image, a boot signature with a partition table, a GPT, or
/// a file system of Windows. False also where there is no such file, or it cannot be read. Reads a
/// few kilobytes at both ends, and nothing else.
bool looks_like_disk(os::System& system, const std::string& target);

/// Opens `target`. Throws Error: format_ambiguous (give --format), untrusted_references (give
/// --trust-image-references), no_image_support (qemu-nbd or libnbd is absent, or no program of ours
/// reads that format), in_use, read_only, no_such_file, no_permission, malformed_disk, io_error.
OpenedDisk open_disk(os::System& system, const std::string& target, Access access,
                     const ImageOptions& options = {});

/// Throws Error(no_room) where an image may grow, and its file system lacks the room that writing
/// `bytes` bytes to the disk may take.
void require_room_for_image(os::System& system, const OpenedDisk& disk, std::uint64_t bytes);

}  // namespace nlafix::disk
