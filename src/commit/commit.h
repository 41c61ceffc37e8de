// SPDX-License-Identifier: GPL-2.0-or-later
// The safe write: backup, record, the planned epochs (or the new file in the old one's place), a
// look at what is on the disk, record. The same for a hive in a folder and for one on a disk.
// Owns: the order of these, and what is left behind when one of them fails.
// Never: plans a write, builds hive bytes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "commit/medium.h"
#include "commit/record.h"
#include "commit/replace.h"
#include "os/file.h"
#include "os/paths.h"
#include "verify/verify.h"

namespace nlafix::commit {

struct CommitOptions {
    std::string backup_folder;       // a BackupFolder's path
    std::vector<std::string> edits;  // what is done, for the manifest
    std::uint64_t time = 0;          // FILETIME, in the backup's name
    /// Asked for the last time before the first byte is written.
    std::function<bool()> was_interrupted = {};
    std::string undo_words = {};  // options that the undo needs as well: " --trust-..."
    /// Told the path of the copy once there is one; it is removed again when nothing was written.
    std::function<void(const std::string&)> backup_made = {};
    /// Called when only the hive is left to be written; what it throws ends the write with nothing
    /// changed and nothing left behind.
    std::function<void()> last_look = {};
    /// Reads back what was written, by a way of its own; throws Error where it is not right.
    std::function<void()> confirm = {};
};

/// What is written, and where. All of it must outlive the call.
struct Target {
    os::System& system;
    const Subject& subject;
    const os::File& model;  // whose protection backup and marker get
    const os::File* hive;   // that `replacement` takes the place of
    Medium* medium;         // that the epochs go to; of a replacement none
    Replacement* replacement;
};

/// What there is to know of a write besides its plan.
struct Contents {
    ByteView original;                   // the hive
    const verify::VerifiedImage& image;  // the hive after the write
    std::vector<JournalFile> files;      // with the digests of `original`, and where the plan leads
    std::optional<DiskRecord> disk = {};
    std::vector<Epoch> hive_epochs = {};  // as in Journal
};

/// The folder for the backups of `subject`. It is looked up once: whoever exchanges it afterwards
/// gets no backup.
class BackupFolder {
public:
    /// `given` is what the user said; empty: beside the subject. Throws Error(no_backup_folder).
    BackupFolder(os::System& system, const Subject& subject, const std::string& given);
    const std::string& path() const { return path_; }  // absolute, without links

private:
    std::string path_;
    os::HeldFolder held_;
};

/// Throws Error(no_room) unless a backup of a hive of `hive_bytes` finds room in `folder`.
void require_room_for_backup(os::System& system, const std::string& folder,
                             std::uint64_t hive_bytes);

/// Throws Error (read_only, no_room) for what can be seen before anything is written of a hive that
/// becomes `image_bytes` long, with its backup in `backup_folder`.
void require_writable(const os::File& hive, const std::string& backup_folder,
                      std::uint64_t image_bytes);

/// Opens the file of this name again and reads it back from the disk. Throws Error(io_error) unless
/// it is the regular file `identity`, no link, and holds what is expected.
void confirm(os::System& system, const std::string& path, const os::FileIdentity& identity,
             const Fingerprint& expected);

/// The command that undoes the write with this backup, from every folder. It names the target where
/// the undo will want to hear it (require_trusted); `words` are further options, each with a blank
/// before it.
std::string undo_command(os::System& system, const Subject& subject, const std::string& backup,
                         const std::string& words);

/// The same for a hive and the logs beside it, as `which` of `files` says: the files that were
/// written through `written`.
void confirm_files(const os::File& hive, const std::vector<os::FileIdentity>& written,
                   const std::vector<JournalFile>& files, Fingerprint JournalFile::*which);

struct Committed {
    std::string copy;  // path of the backup
    std::string undo;  // the command that leads back
};

/// Carries out `plan`. Throws Error(verification_failed) for one that does not lead to the image.
/// Throws Error(unconfirmed_write), its message naming the backup, once a byte may have changed and
/// could not be taken back; Error(interrupted) or any other with nothing changed and nothing left
/// behind.
Committed commit(const Target& target, const WritePlan& plan, const Contents& contents,
                 const CommitOptions& options);

}  // namespace nlafix::commit
