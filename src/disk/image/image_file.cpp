// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/image/image_file.h"

namespace nlafix::disk {

ImageFile image_file(const os::File& file) {
    std::uint64_t size_bytes = 0;
    if (file.status().kind == os::FileKind::block_device) {
        os::BlockDeviceStatus status;
        os::must([&] { return file.system().block_device_status(file.handle(), status); },
                 "cannot ask for the size", file.path());
        size_bytes = status.size_bytes;
    } else {
        size_bytes = file.status().size_bytes;
    }
    return {size_bytes, [&file](std::uint64_t offset, std::size_t length) {
                return file.read_range(offset, length);
            }};
}

}  // namespace nlafix::disk
