// SPDX-License-Identifier: GPL-2.0-or-later
// A volume with a hive, and a change of that hive, for the tests of commits.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "commit/carry_out.h"
#include "commit/disk_medium.h"
#include "disk/ntfs/ntfs_volume.h"
#include "disk/ntfs/own_places.h"
#include "disk/ntfs/plan_commit.h"
#include "disk/overlay_device.h"
#include "memory_device.h"
#include "ntfs/ntfs_image.h"
#include "patterned_file.h"
#include "recovery/in_place.h"
#include "regf/base_block.h"

namespace nlafix::test {

using commit::CommitState;

/// When the tests edit, a FILETIME of 2021.
inline constexpr std::uint64_t commit_time = 132539328000000000;

/// A file with the head of a hive; the rest is of no concern to a disk.
inline Bytes hive_of(std::size_t size_bytes, std::uint32_t sequence = 10) {
    Bytes hive = patterned(size_bytes);
    put_u32(hive, 0, 0x66676572);  // "regf"
    regf::put_sequence_numbers(hive, sequence, sequence);
    return hive;
}

/// `before` with other bytes in `pages`, with `more_bytes` behind the end, and sequence numbers
/// that say so.
inline Bytes edited(const Bytes& before, const std::vector<std::size_t>& pages,
                    std::size_t more_bytes = 0) {
    Bytes after = before;
    for (const std::size_t page : pages) {
        for (const std::size_t at : {10U, 1500U, 3900U}) {  // in three sectors
            after.at(page * 4096 + at) ^= std::byte{0x5a};
        }
    }
    const Bytes more = patterned(more_bytes, 7);
    after.insert(after.end(), more.begin(), more.end());
    const std::uint32_t sequence = u32_at(before, 4) + 2;
    regf::put_sequence_numbers(after, sequence, sequence);
    return after;
}

// Epochs of a disk, on a disk.

inline void carry_out(disk::BlockDevice& device, const std::vector<Epoch>& epochs) {
    commit::DiskMedium medium(device);
    bool touched = false;
    commit::carry_out(medium, epochs, touched);
}
inline commit::Progress progress_on(disk::BlockDevice& device, const std::vector<Epoch>& epochs) {
    commit::DiskMedium medium(device);
    return commit::progress_on(medium, epochs);
}
inline CommitState state_on(disk::BlockDevice& device, const std::vector<Epoch>& epochs) {
    return progress_on(device, epochs).state;
}
inline std::vector<Epoch> reversed(const std::vector<Epoch>& epochs) {
    return nlafix::reversed(epochs, epochs.size());
}

/// Judges `epochs` as an undo does, with the disk as it is ahead of all of them.
inline void require_own_places(MemoryDevice& device, const disk::DiskRange& range,
                               const std::vector<Epoch>& epochs,
                               const std::vector<std::string>& logs = {}) {
    disk::OverlayDevice before(device);
    disk::OverlayDevice after(static_cast<disk::BlockDevice&>(before));
    carry_out(after, epochs);
    disk::require_own_places(device, before, after, range, hive_on_volume, logs, epochs);
}

/// A volume on a disk in memory, and a change of its hive.
struct DiskCommit {
    DiskCommit(NtfsImageOptions image, const Bytes& hive_before, const Bytes& hive_after,
               std::uint32_t alignment_bytes = 512)
        : before(hive_before),
          after(hive_after),
          device(with_hive(std::move(image), hive_before), alignment_bytes) {
        change.path = hive_on_volume;
        change.before = before;
        change.after = after;
        change.time = commit_time;
        change.in_place.epochs = recovery::in_place_epochs({before, {}}, after);
        change.in_place_files = {hive_on_volume};
    }
    DiskCommit(const DiskCommit&) = delete;
    DiskCommit& operator=(const DiskCommit&) = delete;

    static Bytes with_hive(NtfsImageOptions image, const Bytes& hive) {
        image.files.emplace(image.files.begin(), hive_on_volume, hive);
        return ntfs_image(image);
    }

    disk::DiskRange range() const { return {0, device.size_bytes()}; }
    WritePlan plan() { return disk::plan_commit(device, range(), change); }
    disk::NtfsVolume volume() { return disk::NtfsVolume::open(device, range()); }
    Bytes hive() { return volume().read_file(hive_on_volume, std::size_t{1} << 26); }

    Bytes before;
    Bytes after;
    MemoryDevice device;
    disk::FileChange change;
};

}  // namespace nlafix::test
