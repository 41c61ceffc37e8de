// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/undo.h"

#include <new>
#include <optional>
#include <utility>

#include "base/digest.h"
#include "base/error.h"
#include "commit/commit.h"
#include "commit/epochs.h"
#include "os/leaving.h"
#include "os/path_syntax.h"
#include "os/paths.h"
#include "regf/base_block.h"

namespace nlafix::commit {
namespace {

/// A hive, and the growth that one fix can bring.
constexpr std::uint64_t most_bytes = (std::uint64_t{1} << 31) + (std::uint64_t{1} << 28);

Bytes read_copy(os::System& system, const BackupPaths& paths, const Manifest& manifest) {
    os::OpenOptions options;
    options.follow_links = false;
    const os::File file = os::File::open(system, paths.copy, options);
    Bytes bytes;
    if (file.status().kind == os::FileKind::regular &&
        file.status().size_bytes == manifest.before.size_bytes) {
        bytes = file.read_all(most_bytes);
    }
    if (bytes.empty() || digest_of(bytes) != manifest.before.digest) {
        throw Error(ErrorCode::malformed_backup,
                    "the backup is damaged: it is not what its manifest describes")
            .path(paths.copy)
            .hint("look for another copy of it");
    }
    return bytes;
}

bool is_elsewhere(const Manifest& manifest) {
    return os::name_of(manifest.target) != manifest.target;
}

/// Only a write in place leaves a hive that is neither old nor new.
bool may_be_cut(const Manifest& manifest) {
    return manifest.state == State::writing || manifest.state == State::undoing;
}

void require_known(ByteView current, const LoadedBackup& backup, const std::string& path,
                   const std::optional<WayBack>& way) {
    if (equal(current, backup.after) || (way && way->is_known)) return;
    if (may_be_cut(backup.manifest) && is_cut_write(current, backup.before, backup.after)) return;
    throw Error(ErrorCode::hive_changed,
                "the hive is no longer what the fix wrote; Windows or another program has changed "
                "it since")
        .path(path)
        .hint("to give up everything since then, copy " + os::shell_quoted(backup.paths.copy) +
              " over it by hand");
}

std::vector<std::string> log_paths_of(const os::File& hive, const Manifest& manifest) {
    std::vector<std::string> paths;
    for (const LogCopy& log : manifest.logs) {
        paths.push_back(os::join(os::folder_of(hive.path()), log.name));
    }
    return paths;
}

/// Once the hive is the original again: it does not need its logs, or they are its own then.
void put_logs_back(const os::File& hive, const LoadedBackup& backup) {
    Epoch epoch;
    for (std::size_t i = 0; i < backup.manifest.logs.size(); ++i) {
        const Bytes& bytes = backup.manifest.logs[i].before;
        if (!bytes.empty()) epoch.writes.push_back({file_of_log(i), 0, bytes});
        epoch.resizes.push_back({file_of_log(i), bytes.size()});
    }
    if (!epoch.resizes.empty()) {
        write_in_place(hive, {epoch}, log_paths_of(hive, backup.manifest));
    }
}

void put_back_in_place(const os::File& hive, ByteView current, const LoadedBackup& backup) {
    os::System& system = hive.system();
    bool marked = false;
    const Bytes opening = opening_head_of_undo(backup.after);
    const std::vector<Epoch> epochs =
        in_place_epochs(current, backup.before, opening, Direction::undo);
    try {
        if (needs_marker(hive.path(), backup.paths.manifest)) {
            marked = ensure_marker(hive, backup.paths.manifest);
        }
        put_state(system, backup.paths.manifest, State::undoing);
        write_in_place(hive, epochs);
        put_logs_back(hive, backup);
    } catch (const Error& error) {
        // Nothing was touched: what the record said before is still true.
        if (error.code() != ErrorCode::unconfirmed_write) {
            try {
                put_state(system, backup.paths.manifest, backup.manifest.state);
            } catch (const Error&) {
                // Then it says "undoing" of a hive that the next undo recognises as it is.
            }
            if (marked) os::remove_quietly(system, marker_path(hive.path()));
        }
        throw;
    }
}

std::string hint_again(const LoadedBackup& backup) {
    return "run the same undo again; the backup is " + os::shell_quoted(backup.paths.copy);
}

/// A name beside the hive for the new file. An undo that was killed may have left one behind.
std::string make_way_for_temporary(const os::File& hive, const LoadedBackup& backup) {
    std::string path = os::join(os::folder_of(hive.path()), os::name_of(backup.paths.temporary));
    if (os::status_if_any(hive.system(), path, false)) os::remove(hive.system(), path);
    return path;
}

/// With the log first: whatever a cut leaves of it is a whole hive.
void put_back_log_first(const os::File& hive, const LoadedBackup& backup, const WayBack& way) {
    os::System& system = hive.system();
    try {
        put_state(system, backup.paths.manifest, State::logging);
        write_in_place(hive, way.epochs, log_paths_of(hive, backup.manifest));
    } catch (const Error& error) {
        if (error.code() != ErrorCode::unconfirmed_write) {
            try {
                put_state(system, backup.paths.manifest, backup.manifest.state);
            } catch (const Error&) {
                // "logging" is as true of a hive that nobody has touched.
            }
        }
        throw;
    }
}

/// Writes the original and reads it back. Fills in how.
void put_back(const os::File& hive, ByteView current, const LoadedBackup& backup,
              const std::optional<WayBack>& way, UndoResult& result) {
    if (way && way->is_possible) {
        put_back_log_first(hive, backup, *way);
        result.method = "log-first";
        result.effort = effort_of(way->epochs, way->epochs.size());
    } else {
        std::optional<Replacement> replacement =
            can_replace(hive)
                ? Replacement::prepare(hive, backup.before, make_way_for_temporary(hive, backup))
                : std::nullopt;
        result.in_place = !replacement;
        result.method = replacement ? "replace" : "in-place";
        if (way) result.why = "the log cannot be written first: " + way->why_not;
        if (replacement) {
            replacement->take_the_place_of(hive);
            put_logs_back(hive, backup);
        } else {
            put_back_in_place(hive, current, backup);
        }
    }
    confirm(hive.system(), hive.path(), backup.before);
    const std::vector<std::string> paths = log_paths_of(hive, backup.manifest);
    for (std::size_t i = 0; i < paths.size(); ++i) {
        confirm(hive.system(), paths[i], backup.manifest.logs[i].before);
    }
}

void flush_file(os::System& system, const std::string& path) {
    os::OpenOptions options;
    options.write = true;
    os::File::open(system, path, options).flush();
}

/// A run that was killed may have written without the last flush. What is decided here rests on
/// what is seen, and the record must not be on the disk before it.
void flush_hive(const os::File& hive) {
    flush_file(hive.system(), hive.path());
    os::flush_folder(hive.system(), os::folder_of(hive.path()));
}

void flush_logs(const os::File& hive, const Manifest& manifest) {
    for (const std::string& path : log_paths_of(hive, manifest)) {
        const auto status = os::status_if_any(hive.system(), path, false);
        if (status && status->kind == os::FileKind::regular) flush_file(hive.system(), path);
    }
}

}  // namespace

LoadedBackup load_backup(os::System& system, const std::string& copy_or_manifest) {
    LoadedBackup backup;
    backup.paths = backup_paths_of(os::join(
        os::real_path_of(system, os::folder_of(copy_or_manifest)), os::name_of(copy_or_manifest)));
    try {
        backup.manifest = read_manifest(system, backup.paths.manifest);
        backup.before = read_copy(system, backup.paths, backup.manifest);
        backup.after = rebuild_after(backup.manifest, backup.before);
        static_cast<void>(regf::read_base_block(backup.before));
        static_cast<void>(regf::read_base_block(backup.after));
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

std::string target_of(os::System& system, const LoadedBackup& backup) {
    const std::string& target = backup.manifest.target;
    if (target.empty() || target == "." || target == ".." ||
        (is_elsewhere(backup.manifest) && !os::is_absolute(target))) {
        throw Error(ErrorCode::malformed_backup,
                    "the manifest names no hive beside it and no absolute path")
            .path(backup.paths.manifest)
            .hint("say where the hive is with --target");
    }
    const std::string path = is_elsewhere(backup.manifest)
                                 ? target
                                 : os::join(os::folder_of(backup.paths.manifest), target);
    const auto status = os::status_if_any(system, path, false);
    if (!status) {
        throw Error(ErrorCode::no_such_file, "the hive that the backup belongs to is not there")
            .path(path)
            .hint("say where it is now with --target");
    }
    if (status->kind == os::FileKind::link) {
        throw Error(ErrorCode::link_leads_out, "is a link, which a backup never belongs to")
            .path(path)
            .hint("say where the hive is with --target");
    }
    return os::real_path_of(system, path);
}

UndoResult undo(const os::File& hive, const LoadedBackup& backup,
                const std::function<bool()>& was_interrupted, const std::optional<WayBack>& way) {
    os::System& system = hive.system();
    if (hive.status().kind != os::FileKind::regular) {
        throw Error(ErrorCode::not_a_hive, "is no regular file")
            .path(hive.path())
            .hint("say where the hive is with --target");
    }
    const Bytes current = hive.read_all(most_bytes);
    const os::MustFinish must_finish;
    UndoResult result;
    const bool logs_differ = way && way->is_known && way->is_possible && !way->epochs.empty();
    if (!backup.manifest.logs.empty()) {
        flush_logs(hive, backup.manifest);
        flush_hive(hive);
    }
    if (equal(current, backup.before) && !logs_differ) {
        flush_hive(hive);
    } else {
        require_known(current, backup, hive.path(), way);
        if (was_interrupted && was_interrupted()) {
            throw Error(ErrorCode::interrupted, "interrupted before the first write")
                .hint("run it again");
        }
        try {
            put_back(hive, current, backup, way, result);
        } catch (Error& error) {
            if (error.code() == ErrorCode::unconfirmed_write) {
                error.default_hint(hint_again(backup));
            }
            throw;
        } catch (const std::bad_alloc&) {
            throw Error(ErrorCode::unconfirmed_write, "memory ran out while the hive was put back")
                .hint(hint_again(backup));
        }
        result.changed = true;
    }
    try {
        put_state(system, backup.paths.manifest, State::undone);
        remove_marker(system, hive.path());
    } catch (const Error& error) {
        const bool says_unfinished = result.in_place || may_be_cut(backup.manifest);
        if (says_unfinished && !result.changed) throw;
        if (says_unfinished) {
            throw Error(ErrorCode::unconfirmed_write,
                        "the hive was put back and read back, but the record of it could not be "
                        "written: " +
                            error.message())
                .hint(hint_again(backup));
        }
        result.warnings.push_back("the manifest could not be marked as undone: " + error.message());
    }
    return result;
}

}  // namespace nlafix::commit
