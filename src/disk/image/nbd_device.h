// SPDX-License-Identifier: GPL-2.0-or-later
// A disk behind a server that speaks NBD: an image that qemu-nbd opens for us, or a URI of the
// user's. Owns: the connection, and the server where we started it. Never: waits for ever; a server
// that dies or is silent ends in an Error.
//
// Built with libnbd (libnbd/) or without (without_libnbd/): then both functions throw
// Error(no_image_support).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "disk/image/file_device.h"
#include "disk/image/image_format.h"
#include "os/system.h"

namespace nlafix::disk {

struct NbdOptions {
    /// How long a request may go without an answer, and an image may take to be opened.
    std::chrono::milliseconds timeout{60'000};
};

/// Whether this build has libnbd.
bool has_nbd();

/// An image for a server.
struct ServedImage {
    std::string path;  // absolute
    ImageFormat format = ImageFormat::raw;
    Access access = Access::read;
    /// All that the server may open; nothing: what its user may.
    std::optional<std::vector<os::ConfinedFile>> files;
};

/// `image` by a qemu-nbd of our own, which ends with the object, or with this program,
/// whatever happens to it. Throws Error: no_image_support where there is no qemu-nbd, in_use where
/// a machine runs on the image, malformed_disk where qemu-nbd cannot read it, io_error.
std::unique_ptr<BlockDevice> open_image(os::System& system, const ServedImage& image,
                                        const NbdOptions& options = {});

/// True for "nbd://" and "nbd+unix://".
bool is_nbd_uri(const std::string& target);

/// The export of a server that runs already. Throws Error: read_only where it does not take writes,
/// or cannot flush them, and `access` is write; io_error.
std::unique_ptr<BlockDevice> open_nbd_uri(const std::string& uri, Access access,
                                          const NbdOptions& options = {});

}  // namespace nlafix::disk
