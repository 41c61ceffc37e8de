// SPDX-License-Identifier: GPL-2.0-or-later
// nbd_device.h in a build without libnbd.
#include "disk/nbd_device.h"

#include "base/error.h"

namespace nlafix::disk {
namespace {

Error without_libnbd(const std::string& what) {
    return Error(ErrorCode::no_image_support, what + ", and this nlafix was built without libnbd");
}

}  // namespace

bool has_nbd() {
    return false;
}

std::unique_ptr<BlockDevice> open_image(os::System&, const std::string& path, ImageFormat format,
                                        Access, const NbdOptions&) {
    throw without_libnbd("is an image of the format " + std::string(word_of(format)))
        .path(path)
        .hint(
            "take a build with libnbd, or convert a copy of the image (qemu-img convert -O raw "
            "IMAGE disk.raw) and give that");
}

std::unique_ptr<BlockDevice> open_nbd_uri(const std::string& uri, Access, const NbdOptions&) {
    throw without_libnbd("is behind a server").path(uri).hint("take a build with libnbd");
}

}  // namespace nlafix::disk
