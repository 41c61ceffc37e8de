// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a volume is a part of something larger, which has to be put together first.
// Owns: the signatures of md, LVM, Intel and DDF firmware RAID, LDM and Storage Spaces.
// Never: reads more than some kilobytes at both ends of a range, or puts anything together.
//
// Formats: md(4) and the superblocks of Linux' md_p.h; LVM2's label; SNIA's "Common RAID Disk Data
// Format"; "LDM" of the Linux kernel's documentation; partition types of Microsoft.
#pragma once

#include <string_view>

#include "disk/block_device.h"
#include "disk/table/partition_table.h"

namespace nlafix::disk {

enum class Membership { none, md, lvm, imsm, ddf, ldm, storage_spaces };

/// For people: "Linux RAID (md)", "LVM", "Intel RAID", "DDF RAID", "Windows dynamic disk (LDM)",
/// "Storage Spaces"; empty for none.
std::string_view name_of(Membership membership);

/// By the partition's type, and by what stands at its start and end. What cannot be read is none.
Membership membership_at(BlockDevice& disk, const Partition& partition);

/// Of a whole disk: firmware RAID leaves its mark at the very end, and md may have all of it.
Membership membership_of(BlockDevice& disk);

/// Whether a disk or volume that starts with `head` (8 KiB, or fewer) bears a mark of md or LVM
/// there.
bool starts_as_member(ByteView head);

}  // namespace nlafix::disk
