// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/store.h"

#include <exception>
#include <optional>

#include "base/digest.h"
#include "base/error.h"
#include "base/file_time.h"
#include "commit/backup.h"
#include "commit/commit.h"
#include "commit/epochs.h"
#include "commit/manifest.h"
#include "os/path_syntax.h"
#include "os/paths.h"

namespace nlafix::commit {
namespace {

// Manifest, marker and the file system's own needs.
constexpr std::uint64_t spare_bytes = std::uint64_t{1} << 20;

void require_backup_folder(os::System& system, const std::string& folder) {
    const auto status = os::status_if_any(system, folder, true);
    if (status && status->kind == os::FileKind::folder) return;
    throw Error(ErrorCode::no_backup_folder, "there is no such folder for the backup")
        .path(folder)
        .hint("create it, or choose another one with --backup-dir");
}

void require_room(const os::FileSystemStatus& status, std::uint64_t needed_bytes,
                  const std::string& folder) {
    if (status.free_bytes >= needed_bytes) return;
    throw Error(ErrorCode::no_room, "has " + std::to_string(status.free_bytes) + " bytes free, " +
                                        std::to_string(needed_bytes) + " are needed")
        .path(folder)
        .hint("make room, or put the backup elsewhere with --backup-dir");
}

/// What becomes of the logs, for a backup that is to undo it.
std::vector<LogCopy> log_copies(ByteView original, const LogFirstWay& way) {
    std::vector<Bytes> files = {Bytes(original.begin(), original.end())};
    for (const LogFirstWay::Log& log : way.logs) {
        files.emplace_back(log.bytes.begin(), log.bytes.end());
    }
    for (const Epoch& epoch : way.epochs) apply_epoch(epoch, files);
    std::vector<LogCopy> copies;
    for (std::size_t i = 0; i < way.logs.size(); ++i) {
        const LogFirstWay::Log& log = way.logs[i];
        const Bytes& after = files[file_of_log(i)];
        copies.push_back(
            {log.name, Bytes(log.bytes.begin(), log.bytes.end()), after.size(), digest_of(after)});
    }
    return copies;
}

/// Whoever made the epochs knows more of hives than this folder; where they lead was verified.
void require_same_end(ByteView original, ByteView image, const std::vector<Epoch>& epochs) {
    Bytes end(original.begin(), original.end());
    for (const Epoch& epoch : epochs) {
        Epoch of_the_hive;
        for (const Write& write : epoch.writes) {
            if (write.file == primary_file) of_the_hive.writes.push_back(write);
        }
        std::vector<Bytes> files;
        files.push_back(std::move(end));
        apply_epoch(of_the_hive, files);
        end = std::move(files.front());
    }
    if (equal(end, image)) return;
    throw Error(ErrorCode::verification_failed,
                "the way with the log first does not end in the hive that was verified")
        .hint("please report this");
}

Manifest make_manifest(const os::File& hive, ByteView original, ByteView image,
                       const StoreOptions& options, bool in_place) {
    Manifest manifest;
    manifest.created = utc_text(options.time);
    manifest.target = options.backup_folder.empty() ? os::name_of(hive.path()) : hive.path();
    manifest.in_place = in_place;
    manifest.before = fingerprint_of(original);
    manifest.after = fingerprint_of(image);
    manifest.changed_pages = changed_pages(original, image);
    manifest.edits = options.edits;
    return manifest;
}

/// Keeps the backup, and says where it is, whatever went wrong after the hive was touched.
[[noreturn]] void throw_with_backup(Error error, const BackupPaths& paths) {
    error.default_hint("put the backup back: nlafix undo " + os::shell_quoted(paths.copy));
    throw Error(ErrorCode::unconfirmed_write, error.message() + "; the backup is " + paths.copy)
        .hint(error.hint());
}

class Writer {
public:
    Writer(const os::File& hive, ByteView original, ByteView image, const LogFirstWay& log_first,
           const StoreOptions& options)
        : hive_(hive),
          original_(original),
          image_(image),
          log_first_(log_first),
          options_(options),
          folder_(options.backup_folder.empty() ? os::folder_of(hive.path())
                                                : options.backup_folder),
          paths_(free_backup_paths(hive.system(), hive.path(), folder_, options.time)) {}

    StoreResult run() {
        std::optional<Replacement> replacement =
            can_replace(hive_) ? Replacement::prepare(hive_, image_, paths_.temporary)
                               : std::nullopt;
        const bool in_place = !replacement;
        const bool log_first = in_place && !log_first_.epochs.empty();
        if (log_first) require_same_end(original_, image_, log_first_.epochs);
        Manifest manifest =
            make_manifest(hive_, original_, image_, options_, in_place && !log_first);
        manifest.log_first = log_first;
        if (log_first) manifest.logs = log_copies(original_, log_first_);
        Backup backup = Backup::create(hive_, original_, manifest, paths_);
        if (options_.backup_made) options_.backup_made(paths_.copy);
        if (options_.last_look) options_.last_look();
        stop_if_interrupted();
        try {
            if (log_first) {
                write_log_first_recorded(backup);
            } else if (in_place) {
                write_in_place_recorded(backup);
            } else {
                replacement->take_the_place_of(hive_);
                backup.keep();
            }
            confirm(hive_.system(), hive_.path(), image_);
            for (const LogCopy& log : manifest.logs) confirm_log(log);
            record(backup, State::written);
        } catch (const Error& error) {
            if (error.code() == ErrorCode::unconfirmed_write) {
                backup.keep();
                throw_with_backup(error, paths_);
            }
            throw;
        } catch (const std::exception& error) {
            // Memory ran out, most likely. Nobody can tell how far it came; the backup must not go.
            backup.keep();
            throw_with_backup(
                Error(ErrorCode::unconfirmed_write,
                      std::string("stopped while the hive was written: ") + error.what()),
                paths_);
        }
        return result(in_place, log_first);
    }

private:
    StoreResult result(bool in_place, bool log_first) const {
        StoreResult result;
        result.backup = paths_.copy;
        result.in_place = in_place;
        result.method = log_first ? "log-first" : in_place ? "in-place" : "replace";
        if (log_first) {
            result.why = log_first_.why;
            result.effort = effort_of(log_first_.epochs, log_first_.epochs.size());
            result.effort_to_commit = effort_of(log_first_.epochs, log_first_.epochs_to_commit);
        } else if (in_place) {
            result.why = "the log cannot be written first: " + log_first_.why;
            result.effort = result.effort_to_commit = in_place_effort_;
        } else {
            result.why = "the file system replaces a file in one step";
        }
        return result;
    }

    void confirm_log(const LogCopy& log) const {
        const std::string path = os::join(os::folder_of(hive_.path()), log.name);
        try {
            os::OpenOptions options;
            options.follow_links = false;
            const os::File file = os::File::open(hive_.system(), path, options);
            file.drop_cache();
            if (file.status().size_bytes == log.after_size_bytes &&
                digest_of(file.read_all(log.after_size_bytes)) == log.after_digest) {
                return;
            }
            throw Error(ErrorCode::io_error, "the disk does not give back what was written")
                .path(path);
        } catch (const Error& error) {
            throw Error(ErrorCode::unconfirmed_write,
                        "the write began and could not be confirmed: " + error.message());
        }
    }

    /// Nothing that a cut leaves here stops the next run, so the hive needs no marker.
    void write_log_first_recorded(Backup& backup) {
        std::vector<std::string> log_paths;
        for (const LogFirstWay::Log& log : log_first_.logs) {
            log_paths.push_back(os::join(os::folder_of(hive_.path()), log.name));
        }
        try {
            put_state(hive_.system(), paths_.manifest, State::logging);
            write_in_place(hive_, log_first_.epochs, log_paths);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::unconfirmed_write) take_record_back(backup);
            throw;
        }
        backup.keep();
    }

    void stop_if_interrupted() const {
        if (!options_.was_interrupted || !options_.was_interrupted()) return;
        throw Error(ErrorCode::interrupted, "interrupted before the first write")
            .hint("run it again");
    }

    /// From the marker to the last byte. What fails before the hive is touched is taken back.
    void write_in_place_recorded(Backup& backup) {
        os::System& system = hive_.system();
        const Bytes opening = opening_head_of_fix(original_, image_);
        const std::vector<Epoch> epochs =
            in_place_epochs(original_, image_, opening, Direction::fix);
        in_place_effort_ = effort_of(epochs, epochs.size());
        try {
            if (needs_marker(hive_.path(), paths_.manifest)) ensure_marker(hive_, paths_.manifest);
            put_state(system, paths_.manifest, State::writing);
            write_in_place(hive_, epochs);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::unconfirmed_write) take_record_back(backup);
            throw;
        }
        backup.keep();
    }

    /// Nothing was written. The backup goes next, so the record of the write has to be off the disk
    /// first: what is left of it after a power cut would ask for an undo that has no copy.
    void take_record_back(Backup& backup) const {
        try {
            put_state(hive_.system(), paths_.manifest, State::prepared);
            if (needs_marker(hive_.path(), paths_.manifest)) {
                remove_marker(hive_.system(), hive_.path());
                // Also where it was gone already, for its making failed half-way.
                os::flush_folder(hive_.system(), os::folder_of(hive_.path()));
            }
        } catch (const Error&) {
            backup.keep();  // for that undo, which finds the hive as it was
        }
    }

    /// The record of a confirmed write. A hive that is right with a record that is not would be
    /// refused by the next run, so this failure is one of the write.
    void record(Backup& backup, State state) const {
        backup.keep();
        try {
            put_state(hive_.system(), paths_.manifest, state);
            if (needs_marker(hive_.path(), paths_.manifest)) {
                remove_marker(hive_.system(), hive_.path());
            }
        } catch (const Error& error) {
            throw Error(ErrorCode::unconfirmed_write,
                        "the hive was written and read back, but its record could not be: " +
                            error.message());
        }
    }

    const os::File& hive_;
    ByteView original_;
    ByteView image_;
    const LogFirstWay& log_first_;
    const StoreOptions& options_;
    std::string folder_;
    BackupPaths paths_;
    Effort in_place_effort_;
};

}  // namespace

void require_writable(const os::File& hive, const std::string& backup_folder,
                      std::uint64_t image_bytes) {
    os::System& system = hive.system();
    const os::FileSystemStatus status = os::file_system_of(system, hive.path());
    if (status.read_only) {
        throw Error(ErrorCode::read_only, "lies on a file system that is mounted read-only")
            .path(hive.path())
            .hint(
                "mount it for writing; NTFS is mounted read-only when Windows is hibernated or "
                "was not shut down cleanly");
    }
    const std::string own_folder = os::folder_of(hive.path());
    const std::string folder = backup_folder.empty() ? own_folder : backup_folder;
    require_backup_folder(system, folder);
    const std::uint64_t original_bytes = hive.status().size_bytes;
    const std::uint64_t growth = image_bytes > original_bytes ? image_bytes - original_bytes : 0;
    const std::uint64_t at_hive = can_replace(hive) ? image_bytes : growth;
    if (backup_folder.empty()) {
        require_room(status, original_bytes + at_hive + spare_bytes, own_folder);
    } else {
        require_room(status, at_hive, own_folder);
        require_room_for_copy(system, folder, original_bytes);
    }
}

void require_room_for_copy(os::System& system, const std::string& folder,
                           std::uint64_t copy_bytes) {
    require_backup_folder(system, folder);
    require_room(os::file_system_of(system, folder), copy_bytes + spare_bytes, folder);
}

StoreResult store_image(const os::File& hive, ByteView original, const verify::VerifiedImage& image,
                        const LogFirstWay& log_first, const StoreOptions& options) {
    return Writer(hive, original, image.bytes(), log_first, options).run();
}

}  // namespace nlafix::commit
