// SPDX-License-Identifier: GPL-2.0-or-later
// libntfs-3g for the files of this folder, and for no other.
// Owns: its includes, its handles, the window through which it sees a disk, what it complains of.
// Never: is included from outside.
#pragma once

// libntfs-3g is C, expects these before its own headers, and defines types and macros globally.
#include <sys/stat.h>
#include <sys/types.h>

#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <memory>
#include <string>

extern "C" {
#include <ntfs-3g/types.h>
// The order is theirs.
#include <ntfs-3g/attrib.h>
#include <ntfs-3g/dir.h>
#include <ntfs-3g/inode.h>
#include <ntfs-3g/logfile.h>
#include <ntfs-3g/logging.h>
#include <ntfs-3g/reparse.h>
#include <ntfs-3g/runlist.h>
#include <ntfs-3g/security.h>
#include <ntfs-3g/unistr.h>
#include <ntfs-3g/volume.h>
}
#undef min
#undef max

#include "disk/block_device.h"

namespace nlafix::disk::ntfs3g {

/// Must have been called before anything else of the library; calls after the first do nothing.
void set_up_library();

/// The first complaint since it was cleared; the following ones are mostly its consequences.
std::string& complaint();

/// The range of a disk that libntfs-3g sees. Its callbacks cannot throw into C: they keep what was
/// thrown. Whatever asks to write gets EROFS.
struct Window {
    BlockDevice* device = nullptr;
    DiskRange range;
    std::uint64_t position = 0;
    std::uint64_t reads = 0;  // since the operation began
    std::exception_ptr failure;
};
extern ntfs_device_operations window_operations;

struct Closer {
    void operator()(ntfs_inode* inode) const { static_cast<void>(ntfs_inode_close(inode)); }
    void operator()(ntfs_attr* attribute) const { ntfs_attr_close(attribute); }
    void operator()(ntfs_volume* volume) const { static_cast<void>(ntfs_umount(volume, FALSE)); }
    void operator()(ntfs_attr_search_ctx* search) const { ntfs_attr_put_search_ctx(search); }
};
struct Free {
    void operator()(void* memory) const { std::free(memory); }
};

using Inode = std::unique_ptr<ntfs_inode, Closer>;
using Attribute = std::unique_ptr<ntfs_attr, Closer>;
using Search = std::unique_ptr<ntfs_attr_search_ctx, Closer>;
using Mount = std::unique_ptr<ntfs_volume, Closer>;

}  // namespace nlafix::disk::ntfs3g
