// SPDX-License-Identifier: GPL-2.0-or-later
// The safe write to a disk or image: backup with undo journal, then the planned commit, then a look
// at what is on the disk; and the way back.
// Owns: the order of these, and what is left behind when one of them fails.
// Never: plans a commit (disk/ntfs/plan_commit.h), or builds hive bytes.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "commit/disk_record.h"
#include "commit/store.h"
#include "commit/undo.h"
#include "disk/block_device.h"
#include "os/scratch_file.h"
#include "os/system.h"

namespace nlafix::commit {

/// Where the records of a disk are kept, and what they call it.
struct DiskName {
    std::string target;  // absolute path without links, or the URI of a server
    /// The folder and the name that the names of backups begin with: the image itself. Of a block
    /// device or a server, its name in the folder that the user works in.
    std::string stem;
    /// A file beside which a marker can lie: an image has one, a block device or a server has not.
    bool is_file = false;
};

/// The name of the disk `target`: an image's path, a block device's, or a URI.
DiskName name_of_disk(os::System& system, const std::string& target);

/// Throws Error(interrupted_write) when a manifest beside the image, in `backup_folder` (which may
/// be empty), or named by a marker beside the image says that a commit was cut, and `device` is the
/// disk that it speaks of.
void refuse_interrupted_commit(os::System& system, const DiskName& disk, disk::BlockDevice& device,
                               const std::string& backup_folder);

/// Throws Error(no_backup_folder, no_room) for what can be seen before anything is written.
void require_room_for_backup(os::System& system, const DiskName& disk,
                             const std::string& backup_folder, std::uint64_t backup_bytes);

/// A private file where the backup goes (commit/scratch.h), for the time of the edit.
os::ScratchFile make_scratch(os::System& system, const DiskName& disk,
                             const std::string& backup_folder);

/// What is committed. The views must outlive the call.
struct DiskCommit {
    ByteView original;  // the hive
    ByteView image;     // the hive after the commit
    DiskRecord record;  // with the plan
};

/// Reads back what the commit wrote, by a way of its own; throws Error where it is not right.
using Confirmation = std::function<void()>;

/// Carries out `commit` on `device`. Throws Error(unconfirmed_write), its message naming the
/// backup, once the disk may have changed; Error(interrupted) or any other before that, or when all
/// that was written could be taken back, with nothing changed and no backup left behind. Returns
/// the path of the copy.
std::string store_on_disk(os::System& system, const DiskName& disk, disk::BlockDevice& device,
                          const DiskCommit& commit, const StoreOptions& options,
                          const Confirmation& confirm);

/// What an undo asks of those who know volumes. Each throws Error where the answer is no.
struct UndoChecks {
    Confirmation is_as_left;   // the hive is what the fix wrote, and the volume may be written
    Confirmation leads_back;   // what the undo writes gives the hive of the backup, seen in memory
    Confirmation is_put_back;  // the hive is the one of the backup
};

/// Puts back what a fix replaced on `device`, block by block. `backup.manifest` has a disk record.
/// A commit that was cut is put back as well, and not asked for being as it was left. Throws
/// Error(hive_changed) for another disk, or one that was written since; Error(interrupted) before
/// the first write; Error(unconfirmed_write) once the disk may have changed.
UndoResult undo_on_disk(os::System& system, const DiskName& disk, disk::BlockDevice& device,
                        const LoadedBackup& backup, const UndoChecks& checks,
                        const std::function<bool()>& was_interrupted = {});

}  // namespace nlafix::commit
