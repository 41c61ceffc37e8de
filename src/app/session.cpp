// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/session.h"

#include <new>
#include <optional>

#include "app/backup_place.h"
#include "app/backups.h"
#include "app/hive_place.h"
#include "hivex/iconv_check.h"

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
    repeated.repeats_target = earlier.target;
    repeated.notes.insert(repeated.notes.end(), report.notes.begin(), report.notes.end());
    report = std::move(repeated);
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
        error.default_hint(
            "run it again with -v; if that does not help, report it, with what that and \"nlafix "
            "--version\" say");
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
    note_backup_place(system_, report);
    if (!report.place.empty()) seen_.finish(report);
    return report;
}

/// True when the TARGET is a backup of a fix, or its manifest, which is nothing to work on. Among
/// several TARGETs it is passed over; alone it is a mistake.
bool Session::skip_backup(Report& report, const Options& options) {
    const auto backup = commit::backup_at(system_, report.target);
    if (!backup) return false;
    const Error error = error_of_backup(*backup, report.target);
    if (options.is_only_target) throw Error(error);
    report.notes.push_back(error.message());
    report.backup = backup->paths.copy;
    report.outcome = Outcome::skipped;
    return true;
}

/// Finds the hive of the report's target. Nothing when it was a TARGET before, by whatever name:
/// then the report says again what was found. One that was fixed is read again, and finds its own
/// work.
std::unique_ptr<HivePlace> Session::find_once(Report& report, const Options& options) {
    std::unique_ptr<HivePlace> place = find_place(system_, options, report);
    const std::optional<Report> earlier = seen_.claim(report);
    if (earlier) {
        report.notes.push_back("the same hive as TARGET " + earlier->target + ": done once");
        report.repeats_target = earlier->target;
        if (earlier->outcome != Outcome::fixed) {
            repeat(*earlier, report);
            return nullptr;
        }
    }
    place->locate(report);
    return place;
}

}  // namespace nlafix::app
