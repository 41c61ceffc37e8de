// SPDX-License-Identifier: GPL-2.0-or-later
// The way back: the original bytes over what a fix wrote.
// Owns: the checks that a backup, its manifest and the hive belong together.
// Never: trusts a manifest, which may come from a hostile disk.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/epoch.h"
#include "commit/backup.h"
#include "commit/manifest.h"
#include "os/file.h"

namespace nlafix::commit {

/// A backup that was read and found whole.
struct LoadedBackup {
    BackupPaths paths;
    Manifest manifest;
    Bytes before;  // the original hive
    Bytes after;   // what the fix wrote
};

/// Reads copy and manifest. Throws Error(malformed_backup) unless they belong together.
LoadedBackup load_backup(os::System& system, const std::string& copy_or_manifest);

/// Path of the hive that the manifest names, which may not be a link. Throws Error(no_such_file),
/// Error(malformed_backup), Error(link_leads_out).
std::string target_of(os::System& system, const LoadedBackup& backup);

/// The way back from a fix that wrote the log first (recovery/restoration.h). Its files are the
/// hive and the logs of the manifest, in that order.
struct WayBack {
    /// The hive has, with its logs, the content that it had before or after the fix.
    bool is_known = false;
    bool is_possible = false;
    std::vector<Epoch> epochs;
    std::string why_not;
};

struct UndoResult {
    bool changed = false;  // false: all was the original already
    bool in_place = false;
    std::string method;  // "replace", "log-first", "in-place"; empty where nothing was written
    std::string why;     // that way, for a person
    Effort effort;
    std::vector<std::string> warnings;
};

/// Puts the original back over `hive`, which is locked. Throws Error(hive_changed) when the hive is
/// neither the original, nor what the fix wrote, nor a write between the two that was cut. `way` is
/// there for a backup that holds logs; they are put back as well.
/// Error(interrupted) when `was_interrupted` says so before the first write;
/// Error(unconfirmed_write) once the hive may have changed.
UndoResult undo(const os::File& hive, const LoadedBackup& backup,
                const std::function<bool()>& was_interrupted = {},
                const std::optional<WayBack>& way = std::nullopt);

}  // namespace nlafix::commit
