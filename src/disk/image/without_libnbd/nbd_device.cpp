// SPDX-License-Identifier: GPL-2.0-or-later
// nbd_device.h in a build without libnbd.
#include "disk/image/nbd_device.h"

#include "base/error.h"
#include "nlafix_version.h"

namespace nlafix::disk {
namespace {

Error without_libnbd(const std::string& what) {
    return Error(ErrorCode::no_image_support,
                 what + ", and " NLAFIX_THIS_BUILD " is without libnbd");
}

}  // namespace

bool has_nbd() {
    return false;
}

std::unique_ptr<BlockDevice> open_image(os::System&, const ServedImage& image, const NbdOptions&) {
    const ImageKind& plain = kind_of(image.format);
    throw without_libnbd("is an image of the format " + std::string(plain.word))
        .path(image.path)
        .hint(
            std::string(NLAFIX_GET_LIBNBD) +
            "; or make the image a disk (qemu-nbd --connect=/dev/nbd0 IMAGE), and give that; or " +
            hint_for(plain, image.path));
}

std::unique_ptr<BlockDevice> open_nbd_uri(const std::string& uri, Access, const NbdOptions&) {
    throw without_libnbd("is behind a server")
        .path(uri)
        .hint(NLAFIX_GET_LIBNBD
              "; or make what it serves a disk (nbd-client, /dev/nbd0), and give that");
}

}  // namespace nlafix::disk
