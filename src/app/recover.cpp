// SPDX-License-Identifier: GPL-2.0-or-later
// A hive with its logs applied, written into another file.
#include "app/hive_place.h"
#include "app/inspection.h"
#include "app/session.h"

namespace nlafix::app {

void Session::recover(Report& report, const Options& options) {
    const std::unique_ptr<HivePlace> place = find_place(system_, options, report);
    place->locate(report);
    const source::HiveFiles files = read_hive_at(*place, report);
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
