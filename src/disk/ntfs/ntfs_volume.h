// SPDX-License-Identifier: GPL-2.0-or-later
// An NTFS volume, read through libntfs-3g, the one user of which is disk/ntfs3g/.
// Owns: the mount (read-only and forensic, so that hibernated and unclean volumes can be read),
//   finding, listing and reading files, what is known about a file and about the volume's state.
// Never: writes; decides what a write would be (disk/ntfs/plan_commit.h); knows what a hive is.
//
// The volume may be hostile. Every method throws Error(malformed_volume) where a structure does not
// fit, Error(io_error) where the device fails.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "disk/block_device.h"

namespace nlafix::disk {

/// Clusters in a row.
struct ClusterRun {
    std::uint64_t first = 0;  // `hole` where nothing is stored
    std::uint64_t count = 0;
    static constexpr std::uint64_t hole = ~std::uint64_t{0};
    bool operator==(const ClusterRun&) const = default;
};

/// Where the structures of a volume lie. Offsets count from the volume's first byte.
struct NtfsGeometry {
    std::uint32_t cluster_bytes = 0;
    std::uint32_t record_bytes = 0;  // of one MFT record
    std::uint64_t clusters = 0;      // of the volume
    std::uint64_t records = 0;       // that the MFT has room for
    std::vector<ClusterRun> mft;     // data of $MFT
    std::vector<ClusterRun> bitmap;  // data of $Bitmap
    ClusterRun mft_zone;             // kept free for the MFT, by habit
    bool operator==(const NtfsGeometry&) const = default;
};

struct NtfsEntry {
    std::string name;
    bool is_folder = false;
};

/// A file, and how it is stored. Times are FILETIMEs.
struct NtfsFile {
    std::string path;  // as the volume spells it, "Windows/System32/config/SYSTEM"
    std::uint64_t record = 0;
    bool is_folder = false;
    std::uint64_t size_bytes = 0;
    std::uint64_t allocated_bytes = 0;
    std::uint64_t initialized_bytes = 0;  // what lies behind reads as zeros
    bool resident = false;
    bool compressed = false;
    bool sparse = false;
    bool encrypted = false;
    bool has_attribute_list = false;
    std::optional<std::uint32_t>
        reparse_tag;               // 0x80000017: compressed by the Windows overlay filter
    std::uint32_t attributes = 0;  // FILE_ATTRIBUTE_*
    std::uint32_t link_count = 0;
    std::uint64_t created = 0;
    std::uint64_t data_changed = 0;
    std::uint64_t record_changed = 0;
    std::uint64_t accessed = 0;
    Bytes security_descriptor;
    std::vector<ClusterRun> runs;  // of the data, in order; none where it is resident
    bool operator==(const NtfsFile&) const = default;
};

/// What speaks against writing to a volume.
struct NtfsState {
    bool hibernated = false;    // hiberfil.sys, as ntfs-3g judges it
    bool journal_open = false;  // $LogFile is not closed, or of a version that only Windows closes
    bool marked_dirty = false;  // the volume's flag: chkdsk is wanted
    std::string journal;        // what was found there, for -v
};

class NtfsVolume {
public:
    /// Opens the volume in `range` of `device`, which must outlive it. Throws
    /// Error(malformed_volume) where that is none, or one that libntfs-3g does not take.
    static NtfsVolume open(BlockDevice& device, const DiskRange& range);
    NtfsVolume(NtfsVolume&&) noexcept;
    NtfsVolume& operator=(NtfsVolume&&) noexcept;
    ~NtfsVolume();

    std::string label() const;
    std::uint64_t serial() const;
    NtfsGeometry geometry();
    NtfsState state();

    /// The file or folder at `path`: components between '/', without regard to case. Nothing where
    /// there is none. Throws Error(link_leads_out) where a link stands in the way; a link or a
    /// file of another filter at the end is described as it is.
    std::optional<NtfsFile> find(const std::string& path);
    /// What is in the folder at `path` ("" is the root), in the volume's order, without its DOS
    /// names and the files of the system. Throws Error(no_such_file).
    std::vector<NtfsEntry> list(const std::string& path);
    /// The data of the file at `path`. Throws Error(no_such_file), Error(unreadable_file) for an
    /// encrypted or filtered one, Error(malformed_volume) for more than `limit_bytes`.
    Bytes read_file(const std::string& path, std::uint64_t limit_bytes);
    /// The same, to be read by ranges as long as the volume lives.
    std::unique_ptr<ByteSource> open_file(const std::string& path);
    /// Its first bytes: `count_bytes`, or all where it is shorter.
    Bytes read_head(const std::string& path, std::size_t count_bytes);

private:
    struct Impl;
    explicit NtfsVolume(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// Throws Error (hibernated, unclean_volume) where `volume` may not be written, whatever the file.
void require_writable(NtfsVolume& volume);

/// Throws Error(unsuitable_file) where the data of `file` is stored in a way that is not written:
/// compressed, sparse, encrypted, resident or behind a filter.
void require_writable(const NtfsFile& file);

}  // namespace nlafix::disk
