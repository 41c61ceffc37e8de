// SPDX-License-Identifier: GPL-2.0-or-later
// What volumes of Windows have and those of mkntfs have not: neighbours of the hive, many files.
#pragma once

#include <cstddef>
#include <string>

struct _ntfs_inode;
struct _ntfs_volume;

namespace nlafix::test {

/// Beside the file `name` in `folder` of a mounted volume: a neighbour with a short name and
/// another stream, and a compressed one; and in the index of the folder sizes of that file which
/// are no longer true, as Windows leaves them until it closes a file. Throws std::runtime_error.
void add_windows_traits(_ntfs_volume& volume, const std::string& folder, const std::string& name);

/// Gives a file the attribute with which Windows makes the logs of its hives.
void hide(_ntfs_inode& inode);

/// `count` empty files in folders of the root, a thousand in each. Throws std::runtime_error.
void add_empty_files(_ntfs_volume& volume, std::size_t count);

}  // namespace nlafix::test
