// SPDX-License-Identifier: GPL-2.0-or-later
// What is in a hive, and what fix would do.
#include "app/backups.h"
#include "app/hive_place.h"
#include "app/inspection.h"
#include "app/refusal.h"
#include "app/session.h"

namespace nlafix::app {

void Session::check(Report& report, const Options& options) {
    const auto backup = commit::backup_at(system_, report.target);
    if (backup && report.target.ends_with(".json")) {
        skip_backup(report, options);
        return;
    }
    const std::unique_ptr<HivePlace> place = find_once(report, options);
    if (!place) return;
    options.begins("reading the hive");
    const source::HiveFiles files = read_hive_at(*place, report);
    warn_of_cut_write(*place, report);
    const Inspection inspection = inspect(files, *place, options, system_.now(), report);
    report.outcome =
        inspection.plan.edits.empty() ? Outcome::nothing_to_do : Outcome::change_needed;
    if (backup) {
        report.fix_refuses = error_of_backup(*backup, report.target);
        report.warnings.push_back("fix will skip it: " + report.fix_refuses->message());
        return;
    }
    if (inspection.plan.edits.empty()) return;
    report.fix_refuses = find_refusal(system_, *place, files, inspection, options);
    if (report.fix_refuses) {
        report.warnings.push_back("fix will refuse: " + report.fix_refuses->message());
    }
}

}  // namespace nlafix::app
