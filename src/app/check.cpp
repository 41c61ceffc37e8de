// SPDX-License-Identifier: GPL-2.0-or-later
// What is in a hive, and what fix would do.
#include "app/hive_place.h"
#include "app/inspection.h"
#include "app/session.h"
#include "hivex/hazards.h"

namespace nlafix::app {
namespace {

/// What would keep fix from doing what check says is needed.
void warn_of_refusals(HivePlace& place, const Inspection& inspection, Report& report) {
    try {
        hivex::require_no_hazard(inspection.hive, inspection.plan);
        place.refuse_hibernation();
    } catch (const Error& error) {
        report.warnings.push_back("fix will refuse: " + error.message());
    }
}

}  // namespace

void Session::check(Report& report, const Options& options) {
    const std::unique_ptr<HivePlace> place = find_once(report, options);
    if (!place) return;
    options.begins("reading the hive");
    const source::HiveFiles files = place->read();
    warn_of_cut_write(*place, report);
    const Inspection inspection = inspect(files, *place, options, report);
    report.outcome =
        inspection.plan.edits.empty() ? Outcome::nothing_to_do : Outcome::change_needed;
    if (!inspection.plan.edits.empty()) warn_of_refusals(*place, inspection, report);
}

}  // namespace nlafix::app
