// SPDX-License-Identifier: GPL-2.0-or-later
// A volume that libntfs-3g has mounted, and the way to its files.
// Owns: the mount and its window, opening of records and data, the walk along a path, runlists.
// Never: says what a file or a volume is like, reads data (both ntfs_volume.cpp).
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "disk/ntfs/ntfs3g/library.h"
#include "disk/ntfs/ntfs_volume.h"

namespace nlafix::disk::ntfs3g {

/// A little-endian field of theirs as a number. Their types are enumerations that a hostile volume
/// fills with other values.
template <typename Field>
std::uint64_t number_in(const Field& field) {
    static_assert(sizeof field <= 8);
    std::uint64_t number = 0;
    unsigned char bytes[sizeof field];
    std::memcpy(bytes, &field, sizeof field);
    for (std::size_t i = 0; i < sizeof field; ++i) {
        number |= std::uint64_t{bytes[i]} << (8 * i);
    }
    return number;
}

bool has_reparse_point(const ntfs_inode& inode);
bool is_folder(const ntfs_inode& inode);

/// Error(malformed_volume), with the advice that goes with it.
[[noreturn]] void throw_malformed(const std::string& message);

/// A file or folder that is open.
struct Found {
    Inode inode;
    std::string path;  // as the volume spells it
};

/// Every method throws what NtfsVolume says of all of its own. `name` is for messages.
struct MountedVolume {
    Window window;
    std::uint64_t serial = 0;
    Mount volume;  // closed before the window goes

    /// Every public method of NtfsVolume begins here.
    void begin();

    /// Why a call of libntfs-3g failed: what the device threw, or what it says itself.
    [[noreturn]] void fail(const std::string& what) const;

    Inode open_inode(MFT_REF reference, const std::string& name);
    /// The unnamed data, none of its sizes negative.
    Attribute open_data(ntfs_inode& inode, const std::string& name);
    /// All runs of `data`, every one of them inside of the volume.
    std::vector<ClusterRun> runs_of(ntfs_attr& data, const std::string& name);

    /// What NtfsVolume::find finds at `path`.
    std::optional<Found> walk_to(const std::string& path);
    /// The same; throws Error(no_such_file) where there is nothing.
    Found require(const std::string& path);

private:
    std::string spelling(ntfs_inode& inode, const std::string& asked);
};

}  // namespace nlafix::disk::ntfs3g
