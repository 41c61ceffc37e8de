// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/pipeline.h"

#include <algorithm>
#include <new>
#include <optional>

#include "app/disk_undo.h"
#include "app/file_place.h"
#include "app/hive_place.h"
#include "app/inspection.h"
#include "commit/hive_lock.h"
#include "commit/interrupted.h"
#include "commit/store.h"
#include "commit/undo.h"
#include "hivex/edit_image.h"
#include "hivex/hazards.h"
#include "hivex/iconv_check.h"
#include "os/file.h"
#include "os/path_syntax.h"
#include "os/paths.h"
#include "recovery/bins_range.h"
#include "recovery/log_first.h"
#include "recovery/restoration.h"
#include "verify/verify.h"

namespace nlafix::app {
namespace {

/// Makes `report` say what `earlier` says, of another name of the same hive.
void repeat(const Report& earlier, Report& report) {
    Report repeated = earlier;
    repeated.target = report.target;
    repeated.place = report.place;
    if (report.location) repeated.location = report.location;
    repeated.changed = false;
    repeated.repeats = true;
    repeated.notes.insert(repeated.notes.end(), report.notes.begin(), report.notes.end());
    report = std::move(repeated);
}

std::vector<std::string> edits_as_text(const nla::Plan& plan) {
    std::vector<std::string> lines;
    for (const nla::PlannedEdit& edit : plan.edits) {
        lines.push_back(nla::key_of(edit) + ": " + edit.value + ": " +
                        (edit.repairs.empty() ? edit.added + " added"
                                              : edit.before.front() + " -> " + edit.after.front()));
    }
    return lines;
}

/// What would keep fix from doing what check says is needed.
void warn_of_refusals(HivePlace& place, const Inspection& inspection, Report& report) {
    try {
        hivex::require_no_hazard(inspection.hive, inspection.plan);
        place.refuse_hibernation();
    } catch (const Error& error) {
        report.warnings.push_back("fix will refuse: " + error.message());
    }
}

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

/// A cut write with the log first is no reason to refuse anything, but worth a word.
void warn_of_cut_write(HivePlace& place, Report& report) {
    const auto manifest = place.cut_write();
    if (!manifest) return;
    report.warnings.push_back(
        "an earlier write of nlafix was cut; the hive is whole all the same: with its logs, which "
        "Windows applies by itself, it is the one before that write or the one after it. To be "
        "sure of the one before: nlafix undo " +
        os::shell_quoted(*manifest));
}

}  // namespace

Session::Session(os::System& system, std::function<bool()> was_interrupted)
    : system_(system), was_interrupted_(std::move(was_interrupted)) {
    hivex::keep_conversions();  // once for all confined processes
    // What fails here fails again where it is needed, and is said there.
    static_cast<void>(system_.prepare_confinement());
}

Report Session::run(Command command, const std::string& target, const Options& options) {
    Report report;
    report.command = command;
    report.dry_run = options.dry_run;
    report.strict = options.strict;
    report.target = target;
    try {
        // undo puts bytes back and needs no hivex: nothing may stand in the way of going back.
        if (command != Command::undo) hivex::require_iconv();
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
        report.error = Error(ErrorCode::io_error, "not enough memory")
                           .path(target)
                           .hint("free some memory, then run it again");
    }
    if (!report.place.empty()) seen_.finish(report);
    return report;
}

/// Finds the hive of the report's target. Nothing when it was a TARGET before, by whatever name:
/// then the report says again what was found. One that was fixed is read again, and finds its own
/// work.
std::unique_ptr<HivePlace> Session::find_once(Report& report, const Options& options) {
    std::unique_ptr<HivePlace> place = find_place(system_, options, report);
    const std::optional<Report> earlier = seen_.claim(report);
    if (earlier) {
        report.notes.push_back("the same hive as TARGET " + earlier->target + ": done once");
        if (earlier->outcome != Outcome::fixed) {
            repeat(*earlier, report);
            return nullptr;
        }
    }
    place->locate(report);
    return place;
}

void Session::check(Report& report, const Options& options) {
    const std::unique_ptr<HivePlace> place = find_once(report, options);
    if (!place) return;
    options.begins("reading the hive");
    const source::HiveFiles files = place->read(Access::read);
    warn_of_cut_write(*place, report);
    const Inspection inspection = inspect(files, *place, options, report);
    report.outcome =
        inspection.plan.edits.empty() ? Outcome::nothing_to_do : Outcome::change_needed;
    if (!inspection.plan.edits.empty()) warn_of_refusals(*place, inspection, report);
}

void Session::fix(Report& report, const Options& options) {
    if (options.dry_run) return check(report, options);
    const std::unique_ptr<HivePlace> place = find_once(report, options);
    if (!place) return;
    options.begins("reading the hive");
    const source::HiveFiles files = place->read(Access::write);
    warn_of_cut_write(*place, report);
    const Inspection inspection = inspect(files, *place, options, report);
    report.outcome = Outcome::nothing_to_do;
    if (inspection.plan.edits.empty()) return;

    place->refuse_hibernation();
    place->require_writable(options, files.primary.size());
    options.begins("editing a copy");
    const std::uint64_t now = system_.now();
    hivex::EditedImage edited = hivex::edit_image(inspection.hive, inspection.plan, now, system_,
                                                  [&] { return place->make_scratch(options); });
    report.confined = edited.confined;
    options.begins("comparing the copy with the original");
    const std::optional<std::uint32_t> final_sequence =
        place->plan_log_first(files, edited.bytes, options);
    if (final_sequence) {
        regf::put_sequence_numbers(edited.bytes, *final_sequence, *final_sequence);
    }
    const verify::VerifiedImage image =
        verify::verify(inspection.hive, inspection.plan, std::move(edited), final_sequence);
    place->require_writable(options, image.bytes().size());
    options.begins("writing");
    commit::StoreOptions store_options;
    store_options.edits = edits_as_text(inspection.plan);
    store_options.time = now;
    store_options.was_interrupted = was_interrupted_;
    store_options.backup_made = [&report](const std::string& copy) { report.backup = copy; };
    const Stored stored = place->store(files, image, std::move(store_options), options);
    report.backup = stored.backup;
    report.method = stored.method;
    report.method_reason = stored.what;
    report.effort = stored.effort;
    report.effort_to_commit = stored.effort_to_commit;
    if (!stored.reason.empty()) report.notes.push_back(stored.reason);
    report.outcome = Outcome::fixed;
    report.changed = true;
    report.verified = true;
}

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

void Session::recover(Report& report, const Options& options) {
    const std::unique_ptr<HivePlace> place = find_place(system_, options, report);
    place->locate(report);
    const source::HiveFiles files = place->read(Access::read);
    warn_of_cut_write(*place, report);
    const Recovered recovered = app::recover(files, report);
    if (!report.hive->dirty) {
        report.notes.push_back("the hive is clean: its logs were not needed");
    }
    place->write_output(options.output, recovered.image);
    report.output = options.output;
    report.outcome = Outcome::written;
    report.verified = true;
    if (!recovered.damage) return;
    // It is what Windows would get, and what other tools may mend: written all the same.
    if (options.accept_damage) {
        report.warnings.push_back(recovered.damage->message());
        return;
    }
    report.error = Error(*recovered.damage)
                       .path(options.output)
                       .hint(
                           "it is written as it is; look for a better copy of the hive or its "
                           "logs, or give --accept-damage if this is what you want");
}

}  // namespace nlafix::app
