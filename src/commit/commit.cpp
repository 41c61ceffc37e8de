// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/commit.h"

#include <exception>
#include <utility>

#include "base/error.h"
#include "base/file_time.h"
#include "commit/backup.h"
#include "commit/carry_out.h"
#include "os/path_syntax.h"
#include "os/paths.h"

namespace nlafix::commit {
namespace {

// Manifest, marker and the file system's own needs.
constexpr std::uint64_t spare_bytes = std::uint64_t{1} << 20;

void require_room(os::System& system, const std::string& folder, std::uint64_t needed) {
    const std::uint64_t free = os::file_system_of(system, folder).free_bytes;
    if (free >= needed) return;
    throw Error(ErrorCode::no_room, "has " + std::to_string(free) + " bytes free, " +
                                        std::to_string(needed) + " are needed")
        .path(folder)
        .hint("make room, or put the backup elsewhere with --backup-dir");
}

Journal journal_of(const Target& target, const WritePlan& plan, const Contents& contents,
                   const CommitOptions& options, const Record& record) {
    Journal journal;
    journal.created = utc_text(options.time);
    journal.target = target.subject.is_file && !record.lies_elsewhere()
                         ? os::name_of(target.subject.target)
                         : target.subject.target;
    journal.way = plan.way;
    journal.files = contents.files;
    journal.epochs = plan.epochs;
    journal.edits = options.edits;
    journal.disk = contents.disk;
    journal.hive_epochs = contents.hive_epochs;
    return journal;
}

const std::string unconfirmed = "the write began and could not be confirmed: ";

std::string message_of(const std::exception& error) {
    const auto* known = dynamic_cast<const Error*>(&error);
    return known != nullptr ? known->message() : error.what();
}

[[noreturn]] void throw_unconfirmed(const Target& target, const CommitOptions& options,
                                    const BackupPaths& paths, const std::string& cause) {
    throw Error(ErrorCode::unconfirmed_write, cause + "; the backup is " + paths.copy)
        .path(target.subject.target)
        .hint("put the backup back: " +
              undo_command(target.system, target.subject, paths.copy, options.undo_words));
}

void stop_if_interrupted(const CommitOptions& options) {
    if (!options.was_interrupted || !options.was_interrupted()) return;
    throw Error(ErrorCode::interrupted, "interrupted before the first write").hint("run it again");
}

/// From the record of the write to the look at what is on the disk. What fails is taken back.
void carry_out_recorded(const Target& target, const WritePlan& plan, const CommitOptions& options,
                        const Record& record, Backup& backup) {
    try {
        record.begin(plan.way == Way::log_first ? State::logging : State::writing, target.model);
    } catch (const Error&) {
        // The backup goes next. What is left of the record after a power cut would ask for an undo
        // that has no copy.
        if (!record.end_quietly(State::prepared)) backup.keep();
        throw;
    }
    bool touched = false;
    try {
        carry_out(*target.medium, plan.epochs, touched);
        options.confirm();
    } catch (std::exception& error) {
        const std::string cause = message_of(error);
        const bool is_as_before = !touched || take_back(*target.medium, plan.epochs);
        // Else the record goes on saying that the write began: the next run must know.
        if (is_as_before && !record.end_quietly(State::prepared)) backup.keep();
        if (!is_as_before || (touched && backup.is_kept())) {
            backup.keep();
            throw_unconfirmed(target, options, backup.paths(), unconfirmed + cause);
        }
        if (auto* known = dynamic_cast<Error*>(&error); known != nullptr && touched) {
            known->add("; what had been written was taken back");
        }
        throw;
    }
}

void replace_recorded(const Target& target, const CommitOptions& options, Backup& backup) {
    try {
        target.replacement->take_the_place_of(*target.hive);
        backup.keep();
        options.confirm();
    } catch (const std::exception& error) {
        const auto* known = dynamic_cast<const Error*>(&error);
        const bool was_replaced =
            backup.is_kept() || known == nullptr || known->code() == ErrorCode::unconfirmed_write;
        if (!was_replaced) throw;
        backup.keep();
        const bool says_so = known != nullptr && known->code() == ErrorCode::unconfirmed_write;
        throw_unconfirmed(target, options, backup.paths(),
                          (says_so ? "" : unconfirmed) + message_of(error));
    }
}

std::string real_folder_of(os::System& system, const std::string& folder) {
    const auto status = os::status_if_any(system, folder, true);
    std::string path = status ? os::real_path_of(system, folder) : folder;
    if (status && status->kind == os::FileKind::folder) return path;
    throw Error(ErrorCode::no_backup_folder, "there is no such folder for the backup")
        .path(path)
        .hint("create it, or choose another one with --backup-dir");
}

os::HeldFolder held_for_backup(os::System& system, const std::string& path) {
    try {
        return os::HeldFolder(system, path);
    } catch (Error& error) {
        throw with_other_folder(std::move(error));
    }
}

}  // namespace

// The folder of the subject has no links in its path, and may be held already.
BackupFolder::BackupFolder(os::System& system, const Subject& subject, const std::string& given)
    : path_(given.empty() ? os::folder_of(subject.stem) : real_folder_of(system, given)),
      held_(given.empty() ? os::HeldFolder(system, path_) : held_for_backup(system, path_)) {}

void require_room_for_backup(os::System& system, const std::string& folder,
                             std::uint64_t hive_bytes) {
    require_room(system, folder, hive_bytes + spare_bytes);
}

void require_writable(const os::File& hive, const std::string& backup_folder,
                      std::uint64_t image_bytes) {
    os::System& system = hive.system();
    if (os::file_system_of(system, hive.path()).read_only) {
        throw Error(ErrorCode::read_only, "lies on a file system that is mounted read-only")
            .path(hive.path())
            .hint(
                "mount it for writing; NTFS is mounted read-only when Windows is hibernated or "
                "was not shut down cleanly");
    }
    const std::string own_folder = os::folder_of(hive.path());
    const std::uint64_t original_bytes = hive.status().size_bytes;
    const std::uint64_t growth = image_bytes > original_bytes ? image_bytes - original_bytes : 0;
    const std::uint64_t at_hive = can_replace(hive) ? image_bytes : growth;
    const bool is_beside = backup_folder == own_folder;
    if (!is_beside) require_room(system, own_folder, at_hive);
    require_room_for_backup(system, backup_folder, original_bytes + (is_beside ? at_hive : 0));
}

void confirm(os::System& system, const std::string& path, const os::FileIdentity& identity,
             const Fingerprint& expected) {
    const os::File file = os::File::open_itself(system, path);
    file.drop_cache();
    const os::FileStatus status = file.status();
    if (status.identity != identity) {
        throw Error(ErrorCode::io_error, "is not the file that was written: its name was changed")
            .path(path);
    }
    if (status.kind == os::FileKind::regular && status.size_bytes == expected.size_bytes &&
        fingerprint_of(file, expected.size_bytes) == expected) {
        return;
    }
    throw Error(ErrorCode::io_error, "the disk does not give back what was written").path(path);
}

void confirm_files(const os::File& hive, const std::vector<os::FileIdentity>& written,
                   const std::vector<JournalFile>& files, Fingerprint JournalFile::*which) {
    for (std::size_t i = 0; i < files.size(); ++i) {
        const JournalFile& file = files[i];
        const std::string path =
            file.name.empty() ? hive.path() : os::join(os::folder_of(hive.path()), file.name);
        confirm(hive.system(), path, written.at(i), file.*which);
    }
}

std::string undo_command(os::System& system, const Subject& subject, const std::string& backup,
                         const std::string& words) {
    const bool is_beside =
        subject.is_file && os::folder_of(backup) == os::folder_of(subject.target);
    const bool is_believed = is_beside || os::is_private(system, backup);
    return "nlafix undo" + words +
           (is_believed ? "" : " --target " + os::shell_quoted(subject.target)) + " " +
           os::shell_quoted(backup);
}

Committed commit(const Target& target, const WritePlan& plan, const Contents& contents,
                 const CommitOptions& options) {
    if (contents.files.front().after != fingerprint_of(contents.image.bytes())) {
        throw Error(ErrorCode::verification_failed,
                    "the planned write does not end in the hive that was verified")
            .hint(report_this);
    }
    const Subject& subject = target.subject;
    const BackupPaths paths =
        free_backup_paths(target.system, subject.stem, options.backup_folder, options.time);
    const Record record(target.system, subject, paths.manifest);
    if (plan.way == Way::replace) target.replacement->fill(contents.image.bytes());
    Backup backup = Backup::create(target.model, contents.original,
                                   journal_of(target, plan, contents, options, record), paths);
    if (options.backup_made) options.backup_made(paths.copy);
    if (options.last_look) options.last_look();
    stop_if_interrupted(options);
    if (plan.way == Way::replace) {
        replace_recorded(target, options, backup);
    } else {
        carry_out_recorded(target, plan, options, record, backup);
    }
    backup.keep();
    try {
        record.end(State::written);
    } catch (const Error& error) {
        throw_unconfirmed(
            target, options, paths,
            "the hive was written and read back, but its record could not be: " + error.message());
    }
    return {paths.copy, undo_command(target.system, subject, paths.copy, options.undo_words)};
}

}  // namespace nlafix::commit
