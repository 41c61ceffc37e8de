// SPDX-License-Identifier: GPL-2.0-or-later
// NTFS volumes for tests: mkntfs makes an empty one, libntfs-3g fills it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace nlafix::test {

enum class Storage { plain, compressed, sparse, encrypted, overlay_filter };
enum class Journal { empty, closed, open, fast_startup, open_new };  // the last two: version 2.0

inline constexpr const char* hive_on_volume = "Windows/System32/config/SYSTEM";

struct NtfsImageOptions {
    std::uint64_t size_bytes = std::uint64_t{16} << 20;
    std::uint64_t offset_bytes = 0;  // of the volume on its disk, as the boot sector tells it
    std::uint32_t sector_bytes = 512;
    std::uint32_t cluster_bytes = 4096;
    std::string label = "Windows";
    /// By their paths on the volume; folders above them are made.
    std::vector<std::pair<std::string, Bytes>> files;

    // Of the hive, where there is one among `files`:
    std::size_t runs = 1;  // pieces that lie apart; from about 200 on it has an attribute list
    Storage storage = Storage::plain;
    bool attribute_list = false;    // because of other attributes, not because of runs
    std::size_t other_streams = 0;  // small ones, which fill up its MFT record

    /// Leaves so many clusters free: in one piece, or each on its own.
    std::uint64_t free_clusters = ~std::uint64_t{0};
    bool free_ones_apart = false;

    /// What Windows leaves around a hive (ntfs/windows_traits.h), and an MFT in pieces that an
    /// attribute list names (ntfs/mft_in_pieces.h).
    bool windows_traits = false;
    /// So many empty files beside Windows, a thousand in each folder. Made last, so that the MFT
    /// lies in pieces where only single clusters are free.
    std::size_t other_files = 0;

    bool hibernated = false;
    bool dirty = false;
    Journal journal = Journal::empty;
};

/// Makes the volume in the file `path`, which is written anew. Throws std::runtime_error.
void make_ntfs_image(const std::string& path, const NtfsImageOptions& options);

/// The same, in memory.
Bytes ntfs_image(const NtfsImageOptions& options);

/// The security descriptor that hives have: SYSTEM and Administrators, full control, nobody else.
Bytes descriptor_of_hives();

}  // namespace nlafix::test
