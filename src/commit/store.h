// SPDX-License-Identifier: GPL-2.0-or-later
// The safe write: backup, then the verified image, then a look at what is on the disk.
// Owns: the order of these, and what is left behind when one of them fails.
// Never: builds hive bytes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/epoch.h"
#include "os/file.h"
#include "verify/verify.h"

namespace nlafix::commit {

struct StoreOptions {
    std::string backup_folder;       // empty: beside the hive
    std::vector<std::string> edits;  // what is done, for the manifest
    std::uint64_t time = 0;          // FILETIME, in the backup's name
    /// Asked for the last time before the first byte of the hive is written.
    std::function<bool()> was_interrupted = {};
    /// Told the path of the copy once there is one; it is removed again when nothing was written.
    std::function<void(const std::string&)> backup_made = {};
    /// Called when only hive and logs are left to be written; what it throws ends the write with
    /// nothing changed and nothing left behind.
    std::function<void()> last_look = {};
};

/// The way that writes the log first, where there is one (recovery/log_first.h).
struct LogFirstWay {
    std::vector<Epoch> epochs;  // empty: there is none
    std::size_t epochs_to_commit = 0;
    std::string why;  // what is done, or why it cannot be, for a person
    struct Log {
        std::string name;  // beside the hive
        ByteView bytes;
    };
    std::vector<Log> logs;  // all that are there, by FileIndex
};

struct StoreResult {
    std::string backup;  // path of the copy
    std::string method;  // "replace", "log-first", "in-place"
    std::string why;     // that way, for a person
    bool in_place = false;
    /// Of the hive and its logs, where they were written in place: all, and up to the moment from
    /// which on the hive has its new content.
    Effort effort;
    Effort effort_to_commit;
};

/// Throws Error (read_only, no_permission, no_room, no_backup_folder) for what can be seen before
/// anything is written.
void require_writable(const os::File& hive, const std::string& backup_folder,
                      std::uint64_t image_bytes);

/// Throws Error(no_backup_folder, no_room) unless `folder` is there and takes a backup whose copy
/// has `copy_bytes`.
void require_room_for_copy(os::System& system, const std::string& folder, std::uint64_t copy_bytes);

/// Writes `image` over `hive`, whose bytes are `original`: by replacing it where that is safe, else
/// with the log first where there is such a way, else in place. `hive` is locked
/// (commit/hive_lock.h). Throws Error(verification_failed) for a way that does not end in `image`.
/// Throws Error(unconfirmed_write), its message naming the backup, once the hive may have changed;
/// Error(interrupted) or any other before that, with nothing changed and nothing left behind.
StoreResult store_image(const os::File& hive, ByteView original, const verify::VerifiedImage& image,
                        const LogFirstWay& log_first, const StoreOptions& options);

}  // namespace nlafix::commit
