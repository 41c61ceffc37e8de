// SPDX-License-Identifier: GPL-2.0-or-later
// The backup of a hive: its copy, its manifest, and the marker beside the hive.
// Owns: their names, their creation, their removal while nothing was written yet.
// Never: writes the hive.
#pragma once

#include <optional>
#include <string>

#include "commit/manifest.h"
#include "os/file.h"
#include "os/leaving.h"

namespace nlafix::commit {

/// Paths of one backup; they differ in their last part only.
struct BackupPaths {
    std::string copy;       // "SYSTEM.nlafix-20261122T105207Z.bak"
    std::string manifest;   // "….json"
    std::string temporary;  // "….tmp", beside the hive
};

/// Names for a backup of `hive_path` made at `time` (FILETIME) in `folder`, free at this moment: a
/// counter stands behind the time where that name is taken.
BackupPaths free_backup_paths(os::System& system, const std::string& hive_path,
                              const std::string& folder, std::uint64_t time);

/// Paths of the backup that `path` (a copy or a manifest) belongs to. Throws
/// Error(malformed_backup) for another name.
BackupPaths backup_paths_of(const std::string& path);

/// The marker beside a hive that is written in place while its backup lies elsewhere.
std::string marker_path(const std::string& hive_path);

/// A backup that is on the disk, with its folder, and whose manifest says "prepared". Unless
/// `keep` was called the destructor removes it again: nothing was written then.
class Backup {
public:
    /// Throws Error (no_room, no_permission, no_backup_folder, io_error); nothing is left then.
    static Backup create(const os::File& hive, ByteView original, const Manifest& manifest,
                         const BackupPaths& paths);
    Backup(Backup&& other) noexcept;
    Backup& operator=(Backup&&) = delete;
    ~Backup();

    void keep() { keep_ = true; }
    const BackupPaths& paths() const { return paths_; }

private:
    Backup(os::System& system, BackupPaths paths);

    os::System* system_;
    BackupPaths paths_;
    bool keep_ = false;
    os::MustFinish must_finish_;  // from the first byte that is written
};

/// True when the manifest lies where a look at the hive's folder does not find it, so that a write
/// in place needs a marker.
bool needs_marker(const std::string& hive_path, const std::string& manifest_path);
/// The manifest that the marker names; nothing where there is no marker, or one that was cut
/// itself: the write had not begun then. It may be hostile.
std::optional<std::string> read_marker(os::System& system, const std::string& hive_path);
/// Makes sure that the marker of `hive` names `manifest_path` (absolute) and is on the disk.
/// Returns true when it was not there before.
bool ensure_marker(const os::File& hive, const std::string& manifest_path);
/// Removes it, if it is there, and flushes the folder.
void remove_marker(os::System& system, const std::string& hive_path);

}  // namespace nlafix::commit
