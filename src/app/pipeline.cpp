// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/pipeline.h"

#include <new>

#include "app/inspection.h"
#include "hivex/edit_image.h"
#include "hivex/iconv_check.h"
#include "os/file.h"
#include "os/paths.h"
#include "source/hibernation.h"
#include "source/read_hive.h"
#include "store/hive_lock.h"
#include "store/interrupted.h"
#include "store/output_file.h"
#include "store/store.h"
#include "store/undo.h"
#include "verify/verify.h"

namespace nlafix::app {
namespace {

/// Absolute, or empty when it is the hive's own folder: a backup there is found by the hive.
std::string resolved_backup_folder(os::System& system, const std::string& hive_path,
                                   const std::string& given) {
    if (given.empty() || !os::status_if_any(system, given, true)) return given;
    const std::string folder = os::real_path_of(system, given);
    return folder == os::folder_of(hive_path) ? "" : folder;
}

void refuse_hibernation(os::System& system, const std::string& hive_path) {
    const auto file = source::find_hibernation(system, hive_path);
    if (!file) return;
    throw Error(ErrorCode::hibernated,
                "Windows is hibernated or was shut down for a fast startup (" + *file +
                    "); it would resume with the registry it has in memory")
        .path(hive_path)
        .hint("start that Windows and shut it down completely (shutdown /s /t 0), then run this "
              "again");
}

std::vector<std::string> edits_as_text(const nla::Plan& plan) {
    std::vector<std::string> lines;
    for (const nla::PlannedEdit& edit : plan.edits) {
        lines.push_back(system::control_set_name(edit.control_set) + "\\" + edit.key + ": " +
                        edit.value + ": " + edit.added + " added");
    }
    return lines;
}

/// What would keep fix from doing what check says is needed.
void warn_of_refusals(os::System& system, const Inspection& inspection, Report& report) {
    try {
        hivex::require_no_hazard(inspection.hive, inspection.plan);
        refuse_hibernation(system, report.location->path);
    } catch (const Error& error) {
        report.warnings.push_back("fix will refuse: " + error.message());
    }
}

}  // namespace

Report Session::run(Command command, const std::string& target, const Options& options) {
    Report report;
    report.command = command;
    report.dry_run = options.dry_run;
    report.target = target;
    try {
        switch (command) {
            case Command::check: check(report, options); break;
            case Command::fix: fix(report, options); break;
            case Command::undo: undo(report, options); break;
            case Command::recover: recover(report, options); break;
        }
    } catch (Error& error) {
        error.default_path(report.location ? report.location->path : target);
        error.default_hint("run it again with -v; if that does not help, please report this");
        const bool writes = command != Command::check && !options.dry_run;
        if (writes && error.code() != ErrorCode::unconfirmed_write) {
            error.add("; nothing was changed");
        }
        report.outcome = Outcome::failed;
        report.changed = error.code() == ErrorCode::unconfirmed_write;
        // The copy that a fix made is gone again, unless it is needed.
        if (command == Command::fix && !report.changed) report.backup.clear();
        report.error = error;
    } catch (const std::bad_alloc&) {
        report.outcome = Outcome::failed;
        report.error = Error(ErrorCode::io_error, "not enough memory").path(target).hint(
            "free some memory, then run it again");
    }
    if (command == Command::check || command == Command::fix) finished_.push_back(report);
    return report;
}

/// Finds the hive of the report's target. True when it was a TARGET before, by whatever name: then
/// the report says again what was found. One that was fixed is read again, and finds its own work.
bool Session::is_done_already(Report& report) {
    report.location = source::find_hive(system_, report.target);
    const std::string& path = report.location->path;
    report.identity = os::status_of(system_, path, true).identity;
    for (const Report& earlier : finished_) {
        if (!earlier.location ||
            (earlier.location->path != path && earlier.identity != report.identity)) {
            continue;
        }
        const std::string note = "the same hive as TARGET " + earlier.target + ": done once";
        if (earlier.outcome == Outcome::fixed) {
            report.notes.push_back(note);
            return false;
        }
        const std::string target = report.target;
        const source::HiveLocation location = *report.location;
        report = earlier;
        report.target = target;
        report.location = location;
        report.changed = false;
        report.notes.push_back(note);
        return true;
    }
    return false;
}

void Session::check(Report& report, const Options& options) {
    if (is_done_already(report)) return;
    store::refuse_interrupted_write(system_, report.location->path);
    const os::File file = os::File::open(system_, report.location->path, {});
    const source::HiveFiles files = source::read_hive(file);
    const Inspection inspection = inspect(files, options, report);
    report.outcome =
        inspection.plan.edits.empty() ? Outcome::nothing_to_do : Outcome::change_needed;
    if (!inspection.plan.edits.empty()) warn_of_refusals(system_, inspection, report);
}

void Session::fix(Report& report, const Options& options) {
    if (options.dry_run) return check(report, options);
    if (is_done_already(report)) return;
    const std::string& path = report.location->path;
    const os::File file = store::open_locked(system_, path);
    store::refuse_interrupted_write(system_, path);
    const source::HiveFiles files = source::read_hive(file);
    const Inspection inspection = inspect(files, options, report);
    report.outcome = Outcome::nothing_to_do;
    if (inspection.plan.edits.empty()) return;

    refuse_hibernation(system_, path);
    const std::string backup_folder =
        resolved_backup_folder(system_, path, options.backup_folder);
    store::require_writable(file, backup_folder, files.primary.size());
    hivex::require_iconv();
    const std::uint64_t now = system_.now();
    hivex::EditedImage edited =
        hivex::edit_image(inspection.hive, inspection.plan, now, system_);
    const verify::VerifiedImage image =
        verify::verify(inspection.hive, inspection.plan, std::move(edited));
    store::require_writable(file, backup_folder, image.bytes().size());
    const store::StoreResult stored =
        store::store_image(file, files.primary, image,
                           {backup_folder, edits_as_text(inspection.plan), now, was_interrupted_,
                            [&report](const std::string& copy) { report.backup = copy; }});
    report.backup = stored.backup;
    report.method = stored.in_place ? "in-place" : "replace";
    report.outcome = Outcome::fixed;
    report.changed = true;
    report.verified = true;
}

void Session::undo(Report& report, const Options& options) {
    const store::LoadedBackup backup = store::load_backup(system_, report.target);
    report.backup = backup.paths.copy;
    report.location = options.undo_target.empty()
                          ? source::HiveLocation{source::TargetKind::hive,
                                                 store::target_of(system_, backup)}
                          : source::find_hive(system_, options.undo_target);
    const std::string& path = report.location->path;
    const os::File file = store::open_locked(system_, path);
    const auto interrupted = store::find_interrupted_write(system_, path);
    if (interrupted && os::name_of(*interrupted) != os::name_of(backup.paths.manifest)) {
        store::refuse_interrupted_write(system_, path);
    }
    refuse_hibernation(system_, path);
    const store::UndoResult result = store::undo(file, backup, was_interrupted_);
    report.warnings = result.warnings;
    report.outcome = Outcome::restored;
    report.changed = result.changed;
    report.verified = true;
    if (result.changed) report.method = result.in_place ? "in-place" : "replace";
}

void Session::recover(Report& report, const Options& options) {
    report.location = source::find_hive(system_, report.target);
    const std::string& path = report.location->path;
    store::refuse_interrupted_write(system_, path);
    const os::File file = os::File::open(system_, path, {});
    const source::HiveFiles files = source::read_hive(file);
    const recovery::CleanHive clean =
        app::recover(files, recovery::LogPolicy::apply, report);
    if (!report.hive->dirty) {
        report.notes.push_back("the hive is clean: its logs were not needed");
    }
    store::write_output(file, options.output, clean.image());
    report.output = options.output;
    report.outcome = Outcome::written;
    report.verified = true;
}

}  // namespace nlafix::app
