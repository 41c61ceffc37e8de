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
                        (edit.repairs.empty()
                             ? edit.added + " added"
                             : nla::before_of(edit) + " -> " + nla::after_of(edit)));
    }
    return lines;
}

}  // namespace

void Session::fix(Report& report, const Options& options) {
    if (skip_backup(report, options)) return;
    if (options.dry_run) return check(report, options);
    const std::unique_ptr<HivePlace> place = find_once(report, options);
    if (!place) return;
    options.begins("reading the hive");
    const source::HiveFiles files = read_hive_at(*place, report);
    warn_of_cut_write(*place, report);
    const Inspection inspection = inspect(files, *place, options, system_.now(), report);
    report.outcome = Outcome::nothing_to_do;
    if (inspection.plan.edits.empty()) return;

    if (const auto refusal = find_refusal(system_, *place, files, inspection, options)) {
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
    PlannedWrite planned = place->plan(files, edited.bytes, options, now);
    if (planned.final_sequence) {
        regf::put_sequence_numbers(edited.bytes, *planned.final_sequence, *planned.final_sequence);
    }
    const verify::VerifiedImage image =
        verify::verify(inspection.hive, inspection.plan, std::move(edited), planned.final_sequence);
    options.begins("writing");
    commit::CommitOptions commit_options;
    commit_options.backup_folder = options.backup_folder;
    commit_options.edits = edits_as_text(inspection.plan);
    commit_options.time = now;
    commit_options.was_interrupted = was_interrupted_;
    if (options.trust_image_references) commit_options.undo_words = " --trust-image-references";
    commit_options.backup_made = [&report](const std::string& copy) { report.backup = copy; };
    const commit::Committed committed =
        place->commit(files, planned, image, std::move(commit_options));
    report.backup = committed.copy;
    report.undo = committed.undo;
    const WritePlan& plan = planned.plan;
    report.method = word_of(plan.way);
    report.method_reason = plan.why;
    if (plan.way != Way::replace) {
        report.effort = effort_of(plan.epochs, plan.epochs.size());
        report.effort_to_commit = effort_of(plan.epochs, plan.commits_at);
    }
    report.outcome = Outcome::fixed;
    report.changed = true;
    report.verified = true;
}

}  // namespace nlafix::app
