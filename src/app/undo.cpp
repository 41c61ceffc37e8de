// SPDX-License-Identifier: GPL-2.0-or-later
// What a fix replaced, put back.
#include <algorithm>
#include <optional>

#include "app/disk_undo.h"
#include "app/file_place.h"
#include "app/session.h"
#include "commit/hive_lock.h"
#include "commit/interrupted.h"
#include "commit/undo.h"
#include "os/file.h"
#include "os/paths.h"
#include "recovery/bins_range.h"
#include "recovery/log_first.h"
#include "recovery/restoration.h"

namespace nlafix::app {
namespace {

/// The log that a fix on a disk wrote first lies in its undo journal alone: with the hive put back
/// and the log not, the entry in it would bring the edit back one day.
void refuse_without_logs(const commit::LoadedBackup& backup) {
    const auto& disk = backup.manifest.disk;
    if (!disk || disk->plan.method != disk::CommitMethod::log_first) return;
    throw Error(ErrorCode::hive_changed,
                "this fix has written a log as well, which only an undo on the disk puts back")
        .hint("unmount the volume, and give the disk or image with --target");
}

/// For a backup that holds logs: what the hive is now, and how it becomes the original with them.
std::optional<commit::WayBack> way_back(const os::File& hive, const commit::LoadedBackup& backup,
                                        std::uint64_t now) {
    if (backup.manifest.logs.empty()) return std::nullopt;
    const source::HiveFiles files = source::read_hive(hive);
    std::vector<recovery::LogFile> originals;
    std::vector<recovery::LogFile> logs;
    for (const commit::LogCopy& copy : backup.manifest.logs) {
        originals.push_back({copy.name, copy.before, ""});
        const auto found =
            std::find_if(files.logs.begin(), files.logs.end(),
                         [&copy](const recovery::LogFile& log) { return log.name == copy.name; });
        if (found != files.logs.end() && !found->error.empty()) {
            throw Error(ErrorCode::io_error, "the log " + copy.name +
                                                 " has to be put back with the hive, and cannot be "
                                                 "read: " +
                                                 found->error)
                .hint("look at the kernel's log (dmesg); if the disk fails, copy it first");
        }
        logs.push_back(found == files.logs.end() ? recovery::LogFile{copy.name, {}, ""} : *found);
    }
    const recovery::HiveState original{backup.before, originals};
    const recovery::HiveState current{files.primary, logs};
    const Bytes content = recovery::content_of(current);
    commit::WayBack way;
    way.is_known =
        !content.empty() && (recovery::same_content(content, recovery::content_of(original)) ||
                             recovery::same_content(content, backup.after));
    recovery::LogFirst plan =
        recovery::plan_restoration(current, original, now, recovery::Growth::allowed);
    way.is_possible = way.is_known && plan.possible();
    way.epochs = std::move(plan.epochs);
    way.why_not = std::move(plan.why_not);
    return way;
}

}  // namespace

void Session::undo(Report& report, const Options& options) {
    const commit::LoadedBackup backup = commit::load_backup(system_, report.target);
    report.backup = backup.paths.copy;
    if (is_undo_of_disk(system_, backup, options)) {
        return undo_on_disk(system_, backup, options, was_interrupted_, report);
    }
    refuse_without_logs(backup);
    report.location =
        options.undo_target.empty()
            ? source::HiveLocation{source::TargetKind::hive, commit::target_of(system_, backup)}
            : source::find_hive(system_, options.undo_target);
    const std::string& path = report.location->path;
    const os::File file = commit::open_locked(system_, path);
    const auto interrupted = commit::find_interrupted_write(system_, path);
    if (interrupted && os::name_of(*interrupted) != os::name_of(backup.paths.manifest)) {
        commit::refuse_interrupted_write(system_, path);
    }
    refuse_hibernation(system_, path);
    const commit::UndoResult result =
        commit::undo(file, backup, was_interrupted_, way_back(file, backup, system_.now()));
    report.warnings = result.warnings;
    report.outcome = Outcome::restored;
    report.changed = result.changed;
    report.verified = true;
    report.method = result.method;
    report.method_reason = result.why;
    if (result.effort.flushes != 0) report.effort = result.effort;
}

}  // namespace nlafix::app
