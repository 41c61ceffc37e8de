// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/disk_target.h"

#include "commit/interrupted.h"
#include "disk/image/nbd_device.h"
#include "disk/ntfs/ntfs_volume.h"
#include "os/paths.h"

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

commit::Subject subject_of_disk(os::System& system, const std::string& target) {
    if (disk::is_nbd_uri(target)) {
        return {target, os::join(os::real_path_of(system, "."), "nbd"), false, true};
    }
    const std::string path = os::real_path_of(system, target);
    if (os::status_of(system, path, true).kind == os::FileKind::regular) {
        return {path, path, true, true};
    }
    return {path, os::join(os::real_path_of(system, "."), os::name_of(path)), false, true};
}

std::optional<os::HeldFolder> hold_folder_of(os::System& system, const commit::Subject& subject) {
    if (!subject.is_file) return std::nullopt;
    return os::HeldFolder(system, os::folder_of(subject.target));
}

void require_hive(disk::BlockDevice& device, const disk::DiskRange& range, const std::string& path,
                  const commit::Fingerprint& expected, ErrorCode code) {
    disk::NtfsVolume volume = disk::NtfsVolume::open(device, range);
    const auto file = volume.find(path);
    if (file && file->size_bytes == expected.size_bytes &&
        commit::fingerprint_of(volume.read_file(path, expected.size_bytes)) == expected) {
        return;
    }
    throw Error(code, "the hive on the volume is not what was expected: " + path)
        .hint("look at it with nlafix check");
}

void refuse_cut_write_on_volume(disk::NtfsVolume& volume, const std::string& path) {
    const std::string folder = os::folder_of(path);
    const std::string hive = os::name_of(path);
    for (const disk::NtfsEntry& entry : volume.list(folder)) {
        if (entry.is_folder || !entry.name.starts_with(commit::prefix_of_records(hive))) continue;
        const Bytes head =
            volume.read_head(os::join(folder, entry.name), commit::manifest_head_bytes);
        const std::string text(reinterpret_cast<const char*>(head.data()), head.size());
        if (!commit::says_under_way(entry.name, hive, text)) continue;
        throw Error(ErrorCode::interrupted_write,
                    "an earlier write of nlafix, made while the volume was mounted, was "
                    "interrupted; the hive may be half written, and Windows may not boot with it")
            .hint("mount the volume, and put the hive back there: nlafix undo FOLDER/" + path);
    }
}

}  // namespace nlafix::app
