// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/undo.h"

#include <exception>

#include "base/digest.h"
#include "base/error.h"
#include "commit/carry_out.h"
#include "os/leaving.h"
#include "os/path_syntax.h"
#include "os/paths.h"
#include "regf/base_block.h"

namespace nlafix::commit {
namespace {

/// A hive, and the growth that one fix can bring.
constexpr std::uint64_t most_bytes = (std::uint64_t{1} << 31) + (std::uint64_t{1} << 28);

Bytes read_copy(os::System& system, const std::string& path) {
    const os::File file = os::File::open_itself(system, path);
    if (file.status().kind != os::FileKind::regular) {
        throw Error(ErrorCode::malformed_backup, "is no regular file").path(path);
    }
    return file.read_all(most_bytes);
}

bool is_elsewhere(const Journal& journal) {
    return os::name_of(journal.target) != journal.target;
}

/// What such a state allows to be found: something between old and new.
bool may_be_cut(State state) {
    return state == State::writing || state == State::undoing || state == State::logging;
}

/// Nothing was touched: what the record said before is still true. Where that fails it says
/// "undoing" of a hive that the next undo recognises as it is.
void begin_record(const Record& record, State state, const Target& target, State before) {
    try {
        record.begin(state, target.model);
    } catch (const Error&) {
        static_cast<void>(record.end_quietly(before));
        throw;
    }
}

void put_back(const Target& target, const LoadedBackup& backup, const std::vector<Epoch>& back,
              const Record& record, const UndoOptions& options) {
    const Journal& journal = backup.journal;
    if (target.replacement != nullptr) {
        target.replacement->fill(backup.before);
        target.replacement->take_the_place_of(*target.hive);
    } else {
        begin_record(record, journal.way == Way::log_first ? State::logging : State::undoing,
                     target, journal.state);
        bool touched = false;
        try {
            carry_out(*target.medium, back, touched);
        } catch (const std::exception& error) {
            if (!touched) {
                static_cast<void>(record.end_quietly(journal.state));
                throw;
            }
            throw Error(ErrorCode::unconfirmed_write,
                        std::string("the write began and could not be confirmed: ") + error.what());
        }
    }
    try {
        options.confirm();
    } catch (const std::exception& error) {
        throw Error(ErrorCode::unconfirmed_write,
                    std::string("the write began and could not be confirmed: ") + error.what());
    }
}

}  // namespace

LoadedBackup load_backup(os::System& system, const std::string& copy_or_manifest) {
    const std::string folder = os::real_path_of(system, os::folder_of(copy_or_manifest));
    LoadedBackup backup{os::HeldFolder(system, folder),
                        backup_paths_of(os::join(folder, os::name_of(copy_or_manifest)))};
    try {
        backup.before = read_copy(system, backup.paths.copy);
        backup.journal = read_journal(system, backup.paths.manifest, backup.before.size());
        if (fingerprint_of(backup.before) != backup.journal.before()) {
            throw Error(ErrorCode::malformed_backup,
                        "the backup is damaged: it is not what its manifest describes")
                .path(backup.paths.copy)
                .hint("look for another copy of it");
        }
        static_cast<void>(regf::read_base_block(backup.before));
    } catch (Error& error) {
        error.default_path(backup.paths.manifest);
        if (error.code() == ErrorCode::no_such_file) {
            throw Error(std::move(error))
                .hint("a copy (.bak) and its manifest (.json) belong together, in one folder");
        }
        throw;
    }
    return backup;
}

std::optional<LoadedBackup> backup_at(os::System& system, const std::string& path) {
    if (!is_backup_name(path)) return std::nullopt;
    try {
        return load_backup(system, path);
    } catch (const Error&) {
        return std::nullopt;
    }
}

void throw_changed_since(const std::string& path, const LoadedBackup& backup) {
    throw Error(ErrorCode::hive_changed,
                "the hive is no longer what the fix wrote; Windows or another program has changed "
                "it since")
        .path(path)
        .hint("the hive as it was is " + os::shell_quoted(backup.paths.copy));
}

void require_trusted(os::System& system, const LoadedBackup& backup) {
    if (!is_elsewhere(backup.journal) || os::is_private(system, backup.paths.manifest)) return;
    throw Error(ErrorCode::untrusted_backup,
                "somebody else may have written this manifest, and it names a target outside its "
                "folder: " +
                    backup.journal.target)
        .path(backup.paths.manifest)
        .hint("if that is the right one, say so: nlafix undo --target TARGET " +
              os::shell_quoted(backup.paths.copy));
}

std::string target_of(os::System& system, const LoadedBackup& backup) {
    const std::string& target = backup.journal.target;
    if (target.empty() || target == "." || target == ".." ||
        (is_elsewhere(backup.journal) && !os::is_absolute(target))) {
        throw Error(ErrorCode::malformed_backup,
                    "the manifest names no hive beside it and no absolute path")
            .path(backup.paths.manifest)
            .hint("say where the hive is with --target");
    }
    std::string path = is_elsewhere(backup.journal)
                           ? target
                           : os::join(os::folder_of(backup.paths.manifest), target);
    const auto status = os::status_if_any(system, path, false);
    if (!status) {
        throw Error(ErrorCode::no_such_file, "the hive that the backup belongs to is not there")
            .path(path)
            .hint("say where it is now with --target");
    }
    // What a manifest names had no links in its path; one beside it lies in a folder that is held.
    if (status->kind == os::FileKind::link ||
        (is_elsewhere(backup.journal) && os::real_path_of(system, path) != path)) {
        throw Error(ErrorCode::link_leads_out, "is a link, which a backup never belongs to")
            .path(path)
            .hint("say where the hive is with --target");
    }
    return path;
}

UndoResult undo(const Target& target, const LoadedBackup& backup, const std::vector<Epoch>& epochs,
                const UndoOptions& options) {
    const Journal& journal = backup.journal;
    const Record record(target.system, target.subject, backup.paths.manifest);
    if (!options.dry_run) flush_all(*target.medium, epochs);
    if (journal.way == Way::replace && !options.dry_run) {
        // So is a name that was taken: an earlier undo may have been killed before it was flushed.
        os::flush_folder(target.system, os::folder_of(target.subject.target));
    }
    const Progress progress = progress_on(*target.medium, epochs);
    if (progress.state == CommitState::foreign ||
        (progress.state == CommitState::between && !may_be_cut(journal.state))) {
        throw_changed_since(target.subject.target, backup);
    }
    const std::vector<Epoch> back = reversed(epochs, progress.begun);
    options.require_way_back(back);
    UndoResult result;
    if (progress.state == CommitState::after && options.require_writable) {
        options.require_writable();
    }
    if (options.dry_run) {
        result.changed = progress.state != CommitState::before;
        return result;
    }
    const os::MustFinish must_finish;
    if (progress.state != CommitState::before) {
        if (options.was_interrupted && options.was_interrupted()) {
            throw Error(ErrorCode::interrupted, "interrupted before the first write")
                .hint("run it again");
        }
        try {
            put_back(target, backup, back, record, options);
        } catch (Error& error) {
            if (error.code() != ErrorCode::unconfirmed_write) throw;
            error.default_hint("run the same undo again; the backup is " +
                               os::shell_quoted(backup.paths.copy));
            throw;
        }
        result.changed = true;
        result.effort = effort_of(back, back.size());
        if (target.replacement != nullptr) {
            result.way = Way::replace;
        } else if (journal.way != Way::replace) {
            result.way = journal.way;
        }
    }
    try {
        record.end(State::undone);
    } catch (const Error& error) {
        const bool says_unfinished = target.replacement == nullptr || may_be_cut(journal.state);
        if (says_unfinished && !result.changed) throw;
        if (says_unfinished) {
            throw Error(ErrorCode::unconfirmed_write,
                        "the hive was put back and read back, but the record of it could not be "
                        "written: " +
                            error.message())
                .hint("run the same undo again; the backup is " +
                      os::shell_quoted(backup.paths.copy));
        }
        result.warnings.push_back("the manifest could not be marked as undone: " + error.message());
    }
    return result;
}

}  // namespace nlafix::commit
