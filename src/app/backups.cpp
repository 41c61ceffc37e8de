// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/backups.h"

#include <algorithm>
#include <optional>

#include "app/disk_target.h"
#include "app/other_machine.h"
#include "app/session.h"
#include "commit/backup.h"
#include "disk/image/open_disk.h"
#include "os/path_syntax.h"
#include "os/paths.h"
#include "source/find_hive.h"

namespace nlafix::app {
namespace {

/// Each try of an undo reads a copy and a hive: of more backups than a person makes, the newest.
constexpr std::size_t most_tried = 256;

/// Paths of the copies whose name, or whose manifest's, is in `folder`, by name.
std::vector<std::string> copies_in(os::System& system, const std::string& folder) {
    std::vector<std::string> copies;
    for (const std::string& name : os::names_in(system, folder)) {
        if (!commit::is_backup_name(name)) continue;
        copies.push_back(os::join(folder, commit::backup_paths_of(name).copy));
    }
    copies.erase(std::unique(copies.begin(), copies.end()), copies.end());
    return copies;
}

/// What an undo would do, and does not.
Report try_undo(Session& session, const std::string& copy, const std::string& target,
                const Options& given) {
    Options options = given;
    options.dry_run = true;
    options.undo_target = target;
    options.progress = nullptr;
    return session.run(Command::undo, copy, options);
}

BackupEntry entry_of(Session& session, os::System& system, const std::string& copy) {
    BackupEntry entry;
    entry.paths = commit::backup_paths_of(copy);
    try {
        const commit::LoadedBackup backup = commit::load_backup(system, copy);
        entry.paths = backup.paths;
        entry.created = backup.journal.created;
        entry.state = commit::word_of(backup.journal.state);
        entry.machine = computer_name_in(backup.before);
        entry.target = backup.journal.target;
        if (os::name_of(entry.target) == entry.target) {
            entry.target = os::join(os::folder_of(backup.paths.manifest), entry.target);
        }
        if (backup.journal.disk) entry.hive = backup.journal.disk->hive;
    } catch (const Error& error) {
        entry.error = error;
        return entry;
    }
    const Report tried = try_undo(session, copy, "", {});
    entry.error = tried.error;
    entry.is_original = tried.outcome == Outcome::nothing_to_do;
    return entry;
}

/// The folder in which the backup of `target` lies, unless it was told where to go.
std::string folder_beside(os::System& system, const std::string& target) {
    if (disk::looks_like_disk(system, target)) {
        return os::folder_of(subject_of_disk(system, target).stem);
    }
    return os::folder_of(source::find_hive(system, target).path);
}

std::vector<std::string> folders_to_search(os::System& system, const std::string& target,
                                           const Options& options) {
    std::vector<std::string> folders = {folder_beside(system, target), "."};
    if (!options.backup_folder.empty()) folders.push_back(options.backup_folder);
    std::vector<std::string> absolute;
    for (const std::string& folder : folders) {
        std::string path = os::real_path_of(system, folder);
        if (std::find(absolute.begin(), absolute.end(), path) == absolute.end()) {
            absolute.push_back(std::move(path));
        }
    }
    return absolute;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

struct Candidate {
    std::string copy;
    commit::Fingerprint original;
    std::string created;
};

/// Those of `copies` of which an undo would say `wanted`.
std::vector<Candidate> candidates_among(Session& session, os::System& system,
                                        const std::vector<std::string>& copies,
                                        const std::string& target, const Options& options,
                                        Outcome wanted) {
    std::vector<Candidate> candidates;
    for (const std::string& copy : copies) {
        if (try_undo(session, copy, target, options).outcome != wanted) continue;
        const commit::LoadedBackup backup = commit::load_backup(system, copy);
        candidates.push_back({copy, backup.journal.before(), backup.journal.created});
    }
    return candidates;
}

}  // namespace

Error error_of_backup(const commit::LoadedBackup& backup, const std::string& target) {
    return Error(ErrorCode::is_a_backup, "is a backup: what a fix replaced at " +
                                             backup.journal.created + " in " +
                                             os::name_of(backup.journal.target))
        .path(target)
        .hint("put it back: nlafix undo " + os::shell_quoted(backup.paths.copy) +
              "; to repair a copy of it, give the copy a name of its own");
}

void list_backups(Session& session, os::System& system, const std::string& folder,
                  const std::function<void(const BackupEntry&)>& found) {
    const std::string path = os::real_path_of(system, folder);
    if (os::status_of(system, path, true).kind == os::FileKind::regular) {
        throw Error(ErrorCode::no_such_file, "is a file, and backups are listed by the folder")
            .path(folder)
            .hint("give its folder: nlafix backups " + os::shell_quoted(os::folder_of(path)));
    }
    for (const std::string& copy : copies_in(system, path)) {
        found(entry_of(session, system, copy));
    }
}

std::string find_backup_of(Session& session, os::System& system, const std::string& target,
                           const Options& options) {
    const std::vector<std::string> folders = folders_to_search(system, target, options);
    std::vector<std::string> copies;
    for (const std::string& folder : folders) {
        const auto here = copies_in(system, folder);
        copies.insert(copies.end(), here.begin(), here.end());
    }
    if (copies.size() > most_tried) copies.erase(copies.begin(), copies.end() - most_tried);
    auto candidates =
        candidates_among(session, system, copies, target, options, Outcome::change_needed);
    if (candidates.empty()) {  // perhaps it was undone already
        candidates =
            candidates_among(session, system, copies, target, options, Outcome::nothing_to_do);
    }
    if (candidates.empty()) {
        throw Error(ErrorCode::no_backup,
                    "no backup leads back from what is there now; looked at " +
                        std::to_string(copies.size()) + " in " + joined(folders))
            .path(target)
            .hint(
                "name the folder with --backup-dir, or the backup itself; nlafix backups DIR "
                "says of each why not");
    }
    const auto newest =
        std::max_element(candidates.begin(), candidates.end(),
                         [](const auto& a, const auto& b) { return a.created < b.created; });
    std::vector<std::string> others;
    for (const Candidate& one : candidates) {
        if (one.original != newest->original) others.push_back(one.copy);
    }
    if (others.empty()) return newest->copy;
    throw Error(ErrorCode::several_backups, "several backups lead back from what is there now: " +
                                                newest->copy + ", " + joined(others))
        .path(target)
        .hint("give the one that is meant: nlafix undo --target " + os::shell_quoted(target) + " " +
              os::shell_quoted(newest->copy));
}

}  // namespace nlafix::app
