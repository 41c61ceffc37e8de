// SPDX-License-Identifier: GPL-2.0-or-later
// What a fix on a disk and its undo have in common.
#pragma once

#include <optional>
#include <string>

#include "app/options.h"
#include "base/error.h"
#include "commit/record.h"
#include "disk/block_device.h"
#include "disk/image/open_disk.h"
#include "disk/ntfs/ntfs_volume.h"
#include "os/paths.h"

namespace nlafix::app {

disk::ImageOptions image_options(const Options& options);

/// What people call a hive on a disk: "/srv/vm.qcow2, partition 2, Windows/System32/config/SYSTEM".
std::string display_name(const std::string& disk, std::uint32_t partition, const std::string& hive);

/// The disk `target`, as its records call it: an image's path, a block device's, or a URI.
commit::Subject subject_of_disk(os::System& system, const std::string& target);

/// Holds the folder of an image, so that its name goes on meaning what it means.
std::optional<os::HeldFolder> hold_folder_of(os::System& system, const commit::Subject& subject);

/// Throws Error(`code`) unless the volume in `range` gives exactly `expected` for the hive at
/// `path`.
void require_hive(disk::BlockDevice& device, const disk::DiskRange& range, const std::string& path,
                  const commit::Fingerprint& expected, ErrorCode code);

/// Throws Error(interrupted_write) where a write was cut that was made while the volume was
/// mounted: its manifest or its marker lies beside the hive at `path`.
void refuse_cut_write_on_volume(disk::NtfsVolume& volume, const std::string& path);

}  // namespace nlafix::app
