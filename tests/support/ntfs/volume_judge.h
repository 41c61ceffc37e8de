// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the clusters of an NTFS volume are marked as what they are: the tests' own opinion, which
// uses neither src/ nor libntfs-3g.
#pragma once

#include <cstdint>
#include <string>

#include "disk/block_device.h"

namespace nlafix::test {

struct VolumeFindings {
    std::string unreadable;           // why the volume cannot be judged; empty where it was
    std::uint64_t torn_records = 0;   // whose fix-ups do not agree
    std::uint64_t used_but_free = 0;  // clusters that a file has and $Bitmap gives away
    std::uint64_t used_twice = 0;
    std::uint64_t leaked = 0;  // marked as used, but of no file
};

/// Reads $Bitmap and every record of $MFT, whose runs must stand in its own record. `device` holds
/// the volume from its first byte.
VolumeFindings judge_volume(disk::BlockDevice& device);

}  // namespace nlafix::test
