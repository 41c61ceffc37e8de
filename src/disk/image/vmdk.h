// SPDX-License-Identifier: GPL-2.0-or-later
// What a VMDK says about other files. See VMware's "Virtual Disk Format 5.0".
#pragma once

#include <optional>

#include "disk/image/image_format.h"

namespace nlafix::disk {

/// Extents and parents that its descriptor names; nothing where it stands alone.
std::optional<OtherFiles> vmdk_files(const ImageFile& file);

}  // namespace nlafix::disk
