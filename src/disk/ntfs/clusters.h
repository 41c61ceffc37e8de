// SPDX-License-Identifier: GPL-2.0-or-later
// The clusters of an NTFS volume: which are free, and which record says that one is its own.
// Owns: reading $Bitmap and all records of $MFT from a disk, without libntfs-3g.
// Never: writes.
#pragma once

#include <cstdint>
#include <vector>

#include "disk/block_device.h"
#include "disk/ntfs/ntfs_volume.h"

namespace nlafix::disk {

/// A volume on its disk.
struct VolumeOnDisk {
    BlockDevice& device;
    DiskRange range;
    NtfsGeometry geometry;

    std::uint64_t offset_of_cluster(std::uint64_t cluster) const {
        return range.offset + cluster * geometry.cluster_bytes;
    }
};

/// A piece of a file on the disk.
struct Piece {
    std::uint64_t offset = 0;  // on the device
    std::uint64_t size_bytes = 0;
};

/// Where [offset, offset + size) of the data in `runs` lies. Throws Error(malformed_volume) where
/// it is not all there.
std::vector<Piece> pieces_of(const VolumeOnDisk& volume, const std::vector<ClusterRun>& runs,
                             std::uint64_t offset, std::uint64_t size_bytes);

/// Reads, or writes, such a piece. What is written may have any alignment: the device is an
/// overlay.
Bytes read_data(const VolumeOnDisk& volume, const std::vector<ClusterRun>& runs,
                std::uint64_t offset, std::size_t size_bytes);
void write_data(const VolumeOnDisk& volume, const std::vector<ClusterRun>& runs,
                std::uint64_t offset, ByteView bytes);

/// `count` free clusters by $Bitmap, in the fewest pieces: one piece behind `hint`, else one before
/// it, else the largest ones there are. The zone of the MFT is used only where nothing else is
/// left. Nothing where there are not enough, or only in more than `most_pieces`.
std::vector<ClusterRun> find_free(const VolumeOnDisk& volume, std::uint64_t count,
                                  std::uint64_t hint, std::size_t most_pieces);

/// Marks `runs` as used or as free in $Bitmap of `volume`, whose device is an overlay. Throws
/// Error(unclean_volume) where one of them is so already.
void mark(const VolumeOnDisk& volume, const std::vector<ClusterRun>& runs, bool used);

/// Throws Error(unclean_volume) unless each cluster of `owned` is marked as used and belongs to
/// exactly one file, and each of `unowned` is marked as free and belongs to none. Reads the whole
/// MFT: 1 KiB for each file that the volume ever held at once. The lists are of a size that a
/// file's runs have.
void require_owners(const VolumeOnDisk& volume, const std::vector<ClusterRun>& owned,
                    const std::vector<ClusterRun>& unowned);

}  // namespace nlafix::disk
