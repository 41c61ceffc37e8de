// SPDX-License-Identifier: GPL-2.0-or-later
// What is missing, added: edited in a copy, verified, written with a backup.
#include <optional>

#include "app/hive_place.h"
#include "app/inspection.h"
#include "app/refusal.h"
#include "app/session.h"
#include "hivex/edit_image.h"
#include "regf/base_block.h"
#include "verify/verify.h"

namespace nlafix::app {
namespace {

std::vector<std::string> edits_as_text(const nla::Plan& plan) {
    std::vector<std::string> lines;
    for (const nla::PlannedEdit& edit : plan.edits) {
        lines.push_back(nla::key_of(edit) + ": " + edit.value + ": " +
                        (edit.repairs.empty() ? edit.added + " added"
                                              : edit.before.front() + " -> " + edit.after.front()));
    }
    return lines;
}

}  // namespace

void Session::fix(Report& report, const Options& options) {
    if (options.dry_run) return check(report, options);
    const std::unique_ptr<HivePlace> place = find_once(report, options);
    if (!place) return;
    options.begins("reading the hive");
    const source::HiveFiles files = place->read();
    warn_of_cut_write(*place, report);
    const Inspection inspection = inspect(files, *place, options, system_.now(), report);
    report.outcome = Outcome::nothing_to_do;
    if (inspection.plan.edits.empty()) return;

    if (const auto refusal = find_refusal(*place, files, inspection, options)) {
        throw Error(*refusal);
    }
    place->open_for_writing();
    options.begins("editing a copy");
    const std::uint64_t now = system_.now();
    hivex::EditedImage edited =
        hivex::edit_image(inspection.hive, inspection.plan, inspection.shared_cells, now, system_,
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

}  // namespace nlafix::app
