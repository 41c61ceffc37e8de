// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/table/volume_set.h"

#include <algorithm>

#include "disk/table/ldm.h"
#include "disk/table/membership.h"

namespace nlafix::disk {
namespace {

constexpr std::string_view ldm_metadata_type = "5808C8AA-7E8F-42E0-85D2-E1E90434CFB3";

constexpr const char* mdadm_hint =
    "assemble it (mdadm --assemble --scan), then give the /dev/md device as TARGET; a disk that "
    "left "
    "its set for good is a plain one after mdadm --zero-superblock";
constexpr const char* ldmtool_hint =
    "put the volume together (ldmtool create all), then give the device below /dev/mapper that it "
    "names as TARGET; or attach all its disks to a Windows";
constexpr const char* pool_hint =
    "attach all disks of the pool to a Windows, and run nlafix there on the drive of the space";
constexpr const char* lvm_hint =
    "activate it (vgchange --activate y), then give the logical volume as TARGET (lvs names them)";

const char* hint_of(Membership membership) {
    switch (membership) {
        case Membership::lvm: return lvm_hint;
        case Membership::ldm: return ldmtool_hint;
        case Membership::storage_spaces: return pool_hint;
        case Membership::md:
        case Membership::imsm:
        case Membership::ddf:
        case Membership::none: break;
    }
    return mdadm_hint;
}

SetMember member_of(Membership membership, const std::string& what) {
    return {"one member of " + what, hint_of(membership), false};
}

SetMember member_of(Membership membership) {
    return member_of(membership, "a set of " + std::string(name_of(membership)));
}

/// Where the private header of a dynamic disk lies; nothing on a disk that has none.
std::optional<std::uint64_t> ldm_header_at(const PartitionTable& table) {
    constexpr std::uint64_t header_in_mbr = std::uint64_t{6} * 512;
    if (table.kind != TableKind::gpt) return header_in_mbr;
    const auto found = std::ranges::find(table.partitions, ldm_metadata_type, &Partition::type);
    if (found == table.partitions.end()) return std::nullopt;
    return found->range.offset + found->range.size_bytes - table.sector_bytes;
}

SetMember ldm_member(BlockDevice& disk, const PartitionTable& table, const Partition& partition) {
    const auto header = ldm_header_at(table);
    const auto volumes = header ? read_ldm(disk, *header) : std::nullopt;
    if (!volumes) {
        return member_of(Membership::ldm, "a dynamic disk, whose database cannot be read");
    }
    const auto found = std::ranges::find_if(*volumes, [&](const LdmVolume& volume) {
        return partition.range.offset >= volume.part.offset &&
               partition.range.offset - volume.part.offset < volume.part.size_bytes;
    });
    if (found == volumes->end()) {
        return member_of(Membership::ldm,
                         "a dynamic disk, whose database does not name this volume");
    }
    const std::string name =
        std::string(name_of(found->layout)) + " of a dynamic disk (" + found->name + ")";
    if (found->layout != LdmLayout::simple || found->part.offset != partition.range.offset) {
        return member_of(Membership::ldm, name);
    }
    return {name, "", true};
}

}  // namespace

Error SetMember::refusal() const {
    return Error(ErrorCode::pool_member,
                 "is " + text + ": a write to this disk alone would tear it apart")
        .hint(hint);
}

std::optional<SetMember> set_member(BlockDevice& disk, const PartitionTable& table,
                                    const Partition& partition) {
    Membership found = membership_of(disk);
    if (found == Membership::none) found = membership_at(disk, partition);
    if (found == Membership::ldm) return ldm_member(disk, table, partition);
    return found == Membership::none ? std::nullopt : std::optional(member_of(found));
}

}  // namespace nlafix::disk
