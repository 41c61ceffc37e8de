// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/disk_target.h"

#include "disk/ntfs/ntfs_volume.h"

namespace nlafix::app {

disk::ImageOptions image_options(const Options& options) {
    disk::ImageOptions image;
    image.format = options.image_format;
    image.trust_image_references = options.trust_image_references;
    return image;
}

std::string display_name(const std::string& disk, std::uint32_t partition,
                         const std::string& hive) {
    return disk + (partition == 0 ? "" : ", partition " + std::to_string(partition)) + ", " + hive;
}

/// Throws Error(`code`) unless the volume gives exactly `expected` for the hive.
void require_hive(disk::BlockDevice& device, const disk::DiskRange& range, const std::string& path,
                  ByteView expected, ErrorCode code) {
    disk::NtfsVolume volume = disk::NtfsVolume::open(device, range);
    const auto file = volume.find(path);
    if (file && file->size_bytes == expected.size() &&
        equal(volume.read_file(path, expected.size()), expected)) {
        return;
    }
    throw Error(code, "the hive on the volume is not what was expected: " + path)
        .hint("look at it with nlafix check");
}

}  // namespace nlafix::app
