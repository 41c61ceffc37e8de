// SPDX-License-Identifier: GPL-2.0-or-later
// The backup of a hive: its copy and its manifest.
// Owns: their names, their creation, their removal while nothing was written yet.
// Never: writes the hive.
#pragma once

#include <string>

#include "commit/journal.h"
#include "os/file.h"
#include "os/leaving.h"

namespace nlafix::commit {

/// Paths of one backup; they differ in their last part only.
struct BackupPaths {
    std::string copy;      // "SYSTEM.nlafix-20261122T105207Z.bak"
    std::string manifest;  // "….json"
};

/// Names for a backup of `hive_path` made at `time` (FILETIME) in `folder`, free at this moment: a
/// counter stands behind the time where that name is taken.
BackupPaths free_backup_paths(os::System& system, const std::string& hive_path,
                              const std::string& folder, std::uint64_t time);

/// What such a name begins with beside `hive_path`: "SYSTEM.nlafix-20261122T105207Z".
std::string backup_stem(const std::string& hive_path, std::uint64_t time);

/// Whether a fix could have given this name to a copy or a manifest:
/// "SYSTEM.nlafix-20261122T105207Z-2.bak".
bool is_backup_name(const std::string& path);

/// Whether the name ends as that of a copy or a manifest does.
bool has_backup_suffix(const std::string& path);

/// Paths of the backup that `path` (a copy or a manifest) belongs to. Throws
/// Error(malformed_backup) for another name.
BackupPaths backup_paths_of(const std::string& path);

/// `error` of a folder for backups; where that cannot be written, the hint is to choose another
/// one.
Error with_other_folder(Error error);

/// A backup that is on the disk, with its folder, and whose manifest says "prepared". Unless
/// `keep` was called the destructor removes it again: nothing was written then.
class Backup {
public:
    /// Throws Error (no_room, no_permission, no_backup_folder, io_error); nothing is left then.
    /// Both get the protection of `like`.
    static Backup create(const os::File& like, ByteView original, const Journal& journal,
                         const BackupPaths& paths);
    Backup(Backup&& other) noexcept;
    Backup& operator=(Backup&&) = delete;
    ~Backup();

    void keep() { keep_ = true; }
    bool is_kept() const { return keep_; }
    const BackupPaths& paths() const { return paths_; }

private:
    Backup(os::System& system, BackupPaths paths);

    os::System* system_;
    BackupPaths paths_;
    bool keep_ = false;
    os::MustFinish must_finish_;  // from the first byte that is written
};

}  // namespace nlafix::commit
