// SPDX-License-Identifier: GPL-2.0-or-later
// The backups in a folder: which there are, whose they are, and whether an undo would work.
// Owns: the search for them, and the choice of the one that belongs to a TARGET.
// Never: writes; a folder with backups may be hostile, so nothing in it is believed that an undo
// would
//   not find out for itself.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/options.h"
#include "app/report.h"
#include "commit/undo.h"
#include "os/system.h"

namespace nlafix::app {

class Session;

/// What a TARGET that is a backup is called, with the undo to run: for an error or a warning.
Error error_of_backup(const commit::LoadedBackup& backup, const std::string& target);

struct BackupEntry {
    commit::BackupPaths paths;
    std::string target;          // what an undo would write: an absolute path, or a URI
    std::string created;         // UTC, "2026-11-22T10:52:07Z"
    std::string state;           // a word of the manifest
    std::string machine;         // computer name in the copy; empty where nothing says it
    std::string hive;            // path in the volume, of a disk
    bool is_original = false;    // what lies at `target` is what the copy holds: nothing to undo
    std::optional<Error> error;  // why an undo would not work
};

/// The copies and manifests in `folder`, by name, each as an undo would find it; calls `found` for
/// each. Throws Error for a folder that cannot be read.
void list_backups(Session& session, os::System& system, const std::string& folder,
                  const std::function<void(const BackupEntry&)>& found);

/// The copy whose undo changes what lies at `target` (a hive, a folder, a disk) now: beside it, in
/// the current folder, in Options::backup_folder. The newest of those that lead to one hive. Throws
/// Error(no_backup), and Error(several_backups) where they lead to different ones.
std::string find_backup_of(Session& session, os::System& system, const std::string& target,
                           const Options& options);

}  // namespace nlafix::app
