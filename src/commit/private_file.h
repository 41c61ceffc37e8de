// SPDX-License-Identifier: GPL-2.0-or-later
// New files that nobody may read who could not read the hive: it holds the keys of the machine.
#pragma once

#include <string>

#include "os/file.h"
#include "os/scratch_file.h"

namespace nlafix::commit {

/// Creates `path` (which must not exist), readable by no more people than `like`: mode 0600 from
/// the start, the owner of `like` where that may be set, and on NTFS its security descriptor and
/// attributes. Throws Error(no_permission) where that cannot be had, and removes the file again.
os::File create_private_file(const std::string& path, const os::File& like);

/// The same with `content` in it, flushed; nothing is left where that fails.
os::FileIdentity write_private_file(const std::string& path, const os::File& like,
                                    ByteView content);

/// Gives `file` owner, mode, extended attributes and ACL of `like`. False when one of them cannot
/// be set: then `file` must not take the place of `like`.
bool copy_metadata(const os::File& like, const os::File& file);

/// Writes `content` to the new file `path`, readable by no more people than `like`, flushes it and
/// its folder, and reads it back. Throws Error(output_exists) where there is such a file; nothing
/// is left behind after any Error.
void write_output(const os::File& like, const std::string& path, ByteView content);

/// An empty file in `folder` (empty: that of the hive) that no more people may read than the hive,
/// and that goes with the object. Throws Error as File::open does.
os::ScratchFile make_scratch(const os::File& hive, const std::string& folder);

}  // namespace nlafix::commit
