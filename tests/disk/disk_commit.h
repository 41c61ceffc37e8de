// SPDX-License-Identifier: GPL-2.0-or-later
// A volume with a hive, and a change of that hive, for the tests of commits.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "commit/epochs.h"
#include "disk/ntfs/carry_out.h"
#include "disk/ntfs/ntfs_volume.h"
#include "disk/ntfs/plan_commit.h"
#include "disk/overlay_device.h"
#include "memory_device.h"
#include "ntfs/ntfs_image.h"
#include "patterned_file.h"
#include "regf/base_block.h"

namespace nlafix::test {

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

/// The order of commit/epochs.h, as every maker of epochs hands it on.
inline std::vector<Epoch> in_place_epochs(ByteView before, ByteView after) {
    const Bytes opening = commit::opening_head_of_fix(before, after);
    std::vector<Epoch> epochs;
    for (const auto& from :
         commit::in_place_epochs(before, after, opening, commit::Direction::fix)) {
        Epoch epoch;
        for (const auto& write : from.writes) {
            epoch.writes.push_back(
                {primary_file, write.offset, Bytes(write.bytes.begin(), write.bytes.end())});
        }
        epochs.push_back(std::move(epoch));
    }
    return epochs;
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
        change.in_place = in_place_epochs(before, after);
        change.in_place_files = {hive_on_volume};
    }
    DiskCommit(const DiskCommit&) = delete;
    DiskCommit& operator=(const DiskCommit&) = delete;

    static Bytes with_hive(NtfsImageOptions image, const Bytes& hive) {
        image.files.emplace(image.files.begin(), hive_on_volume, hive);
        return ntfs_image(image);
    }

    disk::DiskRange range() const { return {0, device.size_bytes()}; }
    disk::CommitPlan plan() { return disk::plan_commit(device, range(), change); }
    disk::NtfsVolume volume() { return disk::NtfsVolume::open(device, range()); }
    Bytes hive() { return volume().read_file(hive_on_volume, std::size_t{1} << 26); }

    Bytes before;
    Bytes after;
    MemoryDevice device;
    disk::FileChange change;
};

}  // namespace nlafix::test
