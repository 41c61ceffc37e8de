// SPDX-License-Identifier: GPL-2.0-or-later
// Every file that qemu opens for an image: itself, what it refers to, and what those refer to.
// Owns: how qemu understands the names in images.
// Never: opens anything but to look for further names; it has no opinion on whether they are
// trusted.
#pragma once

#include <optional>
#include <vector>

#include "disk/block_device.h"
#include "disk/image/image_format.h"
#include "os/file.h"

namespace nlafix::disk {

/// The files for a server that opens `image`, which must outlive them, with `access`. What cannot
/// be opened is among them. Nothing where a name leads to what is no file, or cannot be followed.
std::optional<std::vector<os::ConfinedFile>> files_of_image(const os::File& image,
                                                            ImageFormat format, Access access);

}  // namespace nlafix::disk
