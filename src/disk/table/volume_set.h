// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a volume may be written on its disk alone. A write to one member of a mirror, a stripe
// set or a pool tears the set apart, or is undone by it. Owns: the judgement, and what the user
// does with the whole set. Never: writes, or assembles anything.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "disk/block_device.h"
#include "disk/table/partition_table.h"

namespace nlafix::disk {

struct SetMember {
    std::string text;  // "one member of a mirror of a dynamic disk (Volume1)"
    std::string hint;  // what the user does; empty where `is_whole`
    /// The volume lies on this disk alone, and may be written.
    bool is_whole = false;

    /// The reason why a member is not written.
    Error refusal() const;
};

/// What the volume in `partition` of `disk` is a member of; nothing where it stands alone. Looks at
/// the marks of the whole disk, too, and reads the database of a dynamic disk.
std::optional<SetMember> set_member(BlockDevice& disk, const PartitionTable& table,
                                    const Partition& partition);

}  // namespace nlafix::disk
