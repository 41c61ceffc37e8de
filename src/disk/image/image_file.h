// SPDX-License-Identifier: GPL-2.0-or-later
// The bytes of an image in an open file.
#pragma once

#include "disk/image/image_format.h"
#include "os/file.h"

namespace nlafix::disk {

/// `file`, a regular file or a block device, as its format is judged; it must outlive the result.
ImageFile image_file(const os::File& file);

}  // namespace nlafix::disk
