// SPDX-License-Identifier: GPL-2.0-or-later
// is_nbd_uri, which a build without libnbd has too.
#include "disk/image/nbd_device.h"

namespace nlafix::disk {

bool is_nbd_uri(const std::string& target) {
    return target.starts_with("nbd://") || target.starts_with("nbd+unix://");
}

}  // namespace nlafix::disk
