// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/ntfs/ntfs_boot_sector.h"

#include <bit>
#include <cstring>
#include <string>

#include "base/error.h"
#include "disk/image/image_kinds.h"

namespace nlafix::disk {
namespace {

[[noreturn]] void throw_malformed(const std::string& message) {
    throw Error(ErrorCode::malformed_volume, message)
        .hint("name the partition that Windows is on, or let Windows repair it (chkdsk /f)");
}

/// A volume that is larger than what there is of it: of a cut image, or of a partition that was
/// made smaller without it.
[[noreturn]] void throw_cut(std::uint64_t range_bytes, std::uint64_t volume_bytes, bool ends_disk) {
    const std::string sizes =
        std::to_string(range_bytes) + " of its " + std::to_string(volume_bytes) + " bytes";
    if (!ends_disk) {
        throw Error(ErrorCode::malformed_volume,
                    "the partition is smaller than the volume in it: it holds " + sizes)
            .hint(
                "the partition was made smaller without the volume: give it its old size back in "
                "the partition table (sfdisk, parted), after a backup of the table (sfdisk "
                "--dump); "
                "what was put behind it since is lost to the volume");
    }
    throw Error(ErrorCode::malformed_disk, "ends before the volume does: it holds " + sizes)
        .hint(hint_for_cut_disk());
}

bool is_power_of_two(std::uint64_t value) {
    return std::has_single_bit(value);
}

/// Bytes per MFT or index record: a positive count of clusters, or a power of two where negative.
std::uint64_t record_size(std::byte field, std::uint64_t cluster_bytes) {
    const auto value = static_cast<std::int8_t>(field);
    if (value > 0) return static_cast<std::uint64_t>(value) * cluster_bytes;
    return value < -31 ? 0 : std::uint64_t{1} << -value;
}

}  // namespace

std::uint64_t require_sane_boot_sector(ByteView boot, std::uint64_t range_bytes, bool ends_disk) {
    if (std::memcmp(boot.data() + 3, "NTFS    ", 8) != 0) {
        throw_malformed("this is no NTFS volume");
    }
    const std::uint64_t sector_bytes = u16_at(boot, 11);
    const auto code = std::to_integer<unsigned>(boot[13]);
    // Above 128 it is the power of a large cluster.
    const std::uint64_t sectors_per_cluster =
        code <= 128 ? code : (code >= 244 ? std::uint64_t{1} << (256 - code) : 0);
    const std::uint64_t cluster_bytes = sector_bytes * sectors_per_cluster;
    if (!is_power_of_two(sector_bytes) || sector_bytes < 512 || sector_bytes > 4096 ||
        !is_power_of_two(cluster_bytes) || cluster_bytes > (std::uint64_t{2} << 20)) {
        throw_malformed("the boot sector has impossible sizes of sectors or clusters");
    }
    const std::uint64_t sectors = u64_at(boot, 40);
    // A size that no disk has is no size.
    if (sectors == 0 || sectors > (std::uint64_t{1} << 62) / sector_bytes) {
        throw_malformed("the boot sector has an impossible size of the volume");
    }
    if (sectors > range_bytes / sector_bytes) {
        throw_cut(range_bytes, sectors * sector_bytes, ends_disk);
    }
    if (sectors_per_cluster == 0) throw_malformed("the boot sector has clusters of no size");
    const std::uint64_t clusters = sectors / sectors_per_cluster;
    if (u64_at(boot, 48) >= clusters || u64_at(boot, 56) >= clusters) {
        throw_malformed("the boot sector places the MFT outside of the volume");
    }
    const std::uint64_t record = record_size(boot[64], cluster_bytes);
    const std::uint64_t index = record_size(boot[68], cluster_bytes);
    if (!is_power_of_two(record) || record < 512 || record > 65536 || !is_power_of_two(index) ||
        index < 512 || index > 65536) {
        throw_malformed("the boot sector has impossible sizes of records");
    }
    return u64_at(boot, 72);
}

}  // namespace nlafix::disk
