// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/disk_store.h"

#include <exception>
#include <utility>

#include "base/error.h"
#include "base/file_time.h"
#include "commit/backup.h"
#include "commit/interrupted.h"
#include "commit/scratch.h"
#include "disk/image/nbd_device.h"
#include "disk/ntfs/carry_out.h"
#include "os/file.h"
#include "os/leaving.h"
#include "os/path_syntax.h"
#include "os/paths.h"

namespace nlafix::commit {
namespace {

// The undo journal is hexadecimal text of what is written and of what it replaces.
constexpr std::uint64_t spare_bytes = std::uint64_t{4} << 20;

std::string folder_for(const DiskName& disk, const std::string& backup_folder) {
    return backup_folder.empty() ? os::folder_of(disk.stem) : backup_folder;
}

/// Whose protection the backup gets: the image's, else that of the folder that it lies in.
os::File open_model(os::System& system, const DiskName& disk, const std::string& folder) {
    return os::File::open(system, disk.is_file ? disk.target : folder, {});
}

Manifest make_manifest(const DiskName& disk, const DiskCommit& commit,
                       const std::string& manifest_path, const StoreOptions& options) {
    Manifest manifest;
    manifest.created = utc_text(options.time);
    manifest.target = disk.is_file && !needs_marker(disk.stem, manifest_path)
                          ? os::name_of(disk.target)
                          : disk.target;
    manifest.in_place = true;
    manifest.before = fingerprint_of(commit.original);
    manifest.after = fingerprint_of(commit.image);
    manifest.changed_pages = changed_pages(commit.original, commit.image);
    manifest.edits = options.edits;
    manifest.disk = commit.record;
    return manifest;
}

/// The manifest's state, and the marker beside an image whose manifest lies elsewhere.
class Record {
public:
    Record(os::System& system, const DiskName& disk, std::string manifest)
        : system_(system),
          disk_(disk),
          manifest_(std::move(manifest)),
          has_marker_(disk.is_file && needs_marker(disk.stem, manifest_)) {}

    void begin(State state) const {
        if (has_marker_) {
            static_cast<void>(ensure_marker(os::File::open(system_, disk_.target, {}), manifest_));
        }
        put_state(system_, manifest_, state);
    }

    void end(State state) const {
        put_state(system_, manifest_, state);
        if (has_marker_) remove_marker(system_, disk_.target);
    }

    /// False where that failed: the record may say that a write is under way, which is not so.
    bool end_quietly(State state) const {
        try {
            end(state);
            return true;
        } catch (const Error&) {
            return false;
        }
    }

private:
    os::System& system_;
    const DiskName& disk_;
    std::string manifest_;
    bool has_marker_;
};

/// Only what differs is written: a medium that has no room left takes no more than it has to.
void write_what_differs(disk::BlockDevice& device, const std::vector<disk::DiskEpoch>& epochs) {
    for (const disk::DiskEpoch& epoch : epochs) {
        for (const disk::DiskWrite& write : epoch.writes) {
            Bytes now(write.after.size());
            device.read(now, write.offset);
            if (now != write.after) device.write(write.after, write.offset);
        }
        device.flush();
    }
}

/// True when the disk is as it was before `epochs` again.
bool take_back(disk::BlockDevice& device, const std::vector<disk::DiskEpoch>& epochs) {
    try {
        write_what_differs(device, disk::reversed(epochs));
        return disk::state_on(device, epochs) == disk::CommitState::before;
    } catch (const std::exception&) {
        return false;
    }
}

void stop_if_interrupted(const std::function<bool()>& was_interrupted) {
    if (!was_interrupted || !was_interrupted()) return;
    throw Error(ErrorCode::interrupted, "interrupted before the first write").hint("run it again");
}

std::string undo_command(const DiskName& disk, const std::string& copy) {
    const std::string target =
        disk.is_file ? "" : "--target " + os::shell_quoted(disk.target) + " ";
    return "nlafix undo " + target + os::shell_quoted(copy);
}

std::string message_of(const std::exception& error) {
    const auto* known = dynamic_cast<const Error*>(&error);
    return known != nullptr ? known->message() : error.what();
}

[[noreturn]] void throw_unconfirmed(const DiskName& disk, const BackupPaths& paths,
                                    const std::string& cause) {
    throw Error(ErrorCode::unconfirmed_write, cause + "; the backup is " + paths.copy)
        .path(disk.target)
        .hint("put the backup back: " + undo_command(disk, paths.copy));
}

/// From the record to the look at what is on the disk.
void commit_recorded(const DiskName& disk, disk::BlockDevice& device, const DiskCommit& commit,
                     const Record& record, Backup& backup, const Confirmation& confirm) {
    try {
        record.begin(State::writing);
    } catch (const Error&) {
        if (!record.end_quietly(State::prepared)) backup.keep();
        throw;
    }
    try {
        disk::carry_out(device, commit.record.plan.epochs);
        if (disk::state_on(device, commit.record.plan.epochs) != disk::CommitState::after) {
            throw Error(ErrorCode::io_error, "the disk does not give back what was written");
        }
        confirm();
    } catch (const std::exception& error) {
        const std::string cause = message_of(error);
        if (take_back(device, commit.record.plan.epochs) && record.end_quietly(State::prepared)) {
            throw Error(ErrorCode::io_error, cause + "; what had been written was taken back")
                .path(disk.target);
        }
        backup.keep();
        throw_unconfirmed(disk, backup.paths(), cause);
    }
    backup.keep();
    try {
        record.end(State::written);
    } catch (const Error& error) {
        throw_unconfirmed(
            disk, backup.paths(),
            "the disk was written and read back, but its record could not be: " + error.message());
    }
}

bool is_cut_commit_of(os::System& system, disk::BlockDevice& device, const std::string& path) {
    try {
        const Manifest manifest = read_manifest(system, path);
        // The manifest of a hive in this folder, or of a disk that bore this name before.
        return manifest.disk && manifest.disk->size_bytes == device.size_bytes() &&
               disk::state_on(device, manifest.disk->plan.epochs) != disk::CommitState::foreign;
    } catch (const Error&) {
        return true;  // a record that cannot be read rules nothing out
    }
}

void require_the_same_disk(const DiskName& disk, disk::BlockDevice& device,
                           const LoadedBackup& backup) {
    const DiskRecord& journal = *backup.manifest.disk;
    if (device.size_bytes() != journal.size_bytes) {
        throw Error(ErrorCode::hive_changed, "is not the disk that was fixed: it has another size")
            .path(disk.target)
            .hint("give the right disk with --target");
    }
    if (disk::state_on(device, journal.plan.epochs) == disk::CommitState::foreign) {
        throw Error(ErrorCode::hive_changed,
                    "is another disk, or Windows or another program has written to it since the "
                    "fix")
            .path(disk.target)
            .hint("the hive as it was is " + os::shell_quoted(backup.paths.copy) +
                  "; where the hive itself is still as the fix left it, mount the volume and give "
                  "its root with --target");
    }
}

}  // namespace

DiskName name_of_disk(os::System& system, const std::string& target) {
    if (disk::is_nbd_uri(target)) {
        return {target, os::join(os::real_path_of(system, "."), "nbd"), false};
    }
    const std::string path = os::real_path_of(system, target);
    if (os::status_of(system, path, true).kind == os::FileKind::regular) {
        return {path, path, true};
    }
    return {path, os::join(os::real_path_of(system, "."), os::name_of(path)), false};
}

void refuse_interrupted_commit(os::System& system, const DiskName& disk, disk::BlockDevice& device,
                               const std::string& backup_folder) {
    std::vector<std::string> stems = {disk.stem};
    if (!backup_folder.empty()) stems.push_back(os::join(backup_folder, os::name_of(disk.stem)));
    for (const std::string& stem : stems) {
        if (!os::status_if_any(system, os::folder_of(stem), true)) continue;
        for (const std::string& manifest : find_interrupted_writes(system, stem)) {
            if (is_cut_commit_of(system, device, manifest)) {
                throw_interrupted_write(disk.target, manifest);
            }
        }
    }
}

void require_room_for_backup(os::System& system, const DiskName& disk,
                             const std::string& backup_folder, std::uint64_t backup_bytes) {
    require_room_for_copy(system, folder_for(disk, backup_folder), backup_bytes + spare_bytes);
}

os::ScratchFile make_scratch(os::System& system, const DiskName& disk,
                             const std::string& backup_folder) {
    const std::string folder = folder_for(disk, backup_folder);
    return make_scratch(open_model(system, disk, folder), folder);
}

std::string store_on_disk(os::System& system, const DiskName& disk, disk::BlockDevice& device,
                          const DiskCommit& commit, const StoreOptions& options,
                          const Confirmation& confirm) {
    const std::string folder = folder_for(disk, options.backup_folder);
    const BackupPaths paths = free_backup_paths(system, disk.stem, folder, options.time);
    Backup backup = Backup::create(open_model(system, disk, folder), commit.original,
                                   make_manifest(disk, commit, paths.manifest, options), paths);
    if (options.backup_made) options.backup_made(paths.copy);
    stop_if_interrupted(options.was_interrupted);
    commit_recorded(disk, device, commit, Record(system, disk, paths.manifest), backup, confirm);
    return paths.copy;
}

UndoResult undo_on_disk(os::System& system, const DiskName& disk, disk::BlockDevice& device,
                        const LoadedBackup& backup, const UndoChecks& checks,
                        const std::function<bool()>& was_interrupted) {
    const DiskRecord& journal = *backup.manifest.disk;
    require_the_same_disk(disk, device, backup);
    const Record record(system, disk, backup.paths.manifest);
    UndoResult result;
    const disk::CommitState state = disk::state_on(device, journal.plan.epochs);
    if (state == disk::CommitState::before) {
        device.flush();  // an undo that was killed may not have come to it
        record.end(State::undone);
        return result;
    }
    checks.leads_back();
    if (state == disk::CommitState::after) checks.is_as_left();
    const os::MustFinish must_finish;
    stop_if_interrupted(was_interrupted);
    try {
        record.begin(State::undoing);
    } catch (const Error&) {
        // Nothing was touched: what the record said before is still true. Where that fails it says
        // "undoing" of a disk that the next undo recognises as it is.
        static_cast<void>(record.end_quietly(backup.manifest.state));
        throw;
    }
    try {
        disk::carry_out(device, disk::reversed(journal.plan.epochs));
        checks.is_put_back();
        record.end(State::undone);
    } catch (const std::exception& error) {
        throw Error(ErrorCode::unconfirmed_write,
                    "the disk could not be put back for certain: " + message_of(error))
            .path(disk.target)
            .hint("run the same undo again; the backup is " + os::shell_quoted(backup.paths.copy));
    }
    result.changed = true;
    result.in_place = true;
    return result;
}

}  // namespace nlafix::commit
