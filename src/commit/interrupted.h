// SPDX-License-Identifier: GPL-2.0-or-later
// Finding a write in place that was cut.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commit/record.h"
#include "disk/block_device.h"
#include "os/system.h"

namespace nlafix::commit {

/// The path of the manifest of a write in place that began on the hive at `hive_path` and did not
/// end: from the manifests beside the hive, or from the marker. What stands there may be hostile;
/// it is only shown.
std::optional<std::string> find_interrupted_write(os::System& system, const std::string& hive_path);

/// The path of the manifest beside the hive of a write with the log first that began and did not
/// end. The hive is whole with its logs, the one before that write or the one after it.
std::optional<std::string> find_cut_write(os::System& system, const std::string& hive_path);

/// Another write is over that one: nobody needs to hear of it any more. Does what it can.
void close_cut_write(os::System& system, const std::string& manifest_path);

/// All of them: a disk may have borne the name of another one before.
std::vector<std::string> find_interrupted_writes(os::System& system, const std::string& hive_path);

/// What the names of the manifests and of the marker beside the hive called `hive_name` begin with.
std::string prefix_of_records(const std::string& hive_name);
/// Whether the file `name` beside that hive is a manifest or a marker that says, in its first bytes
/// (manifest_head_bytes), that a write is under way which may leave the hive half written.
bool says_under_way(const std::string& name, const std::string& hive_name, const std::string& head);

/// Throws Error(interrupted_write), with the undo to run, where there is one.
void refuse_interrupted_write(os::System& system, const std::string& hive_path);

/// The same for a commit to `device` that was cut: its manifest lies beside the image, in
/// `backup_folder` (which may be empty), in the current folder, or where a marker beside the image
/// says, and speaks of this disk.
void refuse_interrupted_commit(os::System& system, const Subject& disk, disk::BlockDevice& device,
                               const std::string& backup_folder);

/// The manifest, in one of these folders, of such a commit that was cut and left a whole hive.
std::optional<std::string> find_cut_commit(os::System& system, const Subject& disk,
                                           disk::BlockDevice& device,
                                           const std::string& backup_folder);

/// That error, naming the `undo` to run.
[[noreturn]] void throw_interrupted_write(const std::string& target, const std::string& manifest);

}  // namespace nlafix::commit
