// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/headline.h"

#include <algorithm>

#include "base/text.h"
#include "cli/exit_status.h"

namespace nlafix::cli {
namespace {

using app::Outcome;
using app::Report;

bool only_reads(const Report& report) {
    return report.command == app::Command::check || report.dry_run;
}

std::string outcome_text(const Report& report) {
    switch (report.outcome) {
        case Outcome::nothing_to_do: return "nothing to do";
        case Outcome::change_needed: return report.dry_run ? "would be changed" : "change needed";
        case Outcome::fixed: return "fixed and verified";
        case Outcome::restored:
            return report.changed ? "put back and verified" : "is the original already";
        case Outcome::written:
            return "written to " + escaped(report.output) + (report.error ? ", damaged" : "");
        case Outcome::failed: break;
    }
    if (exit_status_of(report) == status_unconfirmed) return "NOT CONFIRMED";
    return only_reads(report) ? std::string(status_word(report)) : "not changed";
}

/// What joins the outcome with what stands in the way all the same.
const char* joint(const Report& report) {
    switch (report.outcome) {
        case Outcome::nothing_to_do:
        case Outcome::fixed: return ", but ";
        case Outcome::change_needed: return ", and ";
        default: return "; ";
    }
}

bool is_repaired(const nla::Finding& finding, const Report& report) {
    return std::any_of(report.edits.begin(), report.edits.end(), [&](const auto& edit) {
        return !finding.unreadable && edit.repairs == finding.rule->code &&
               edit.control_set == finding.seen.control_set;
    });
}

}  // namespace

std::vector<nla::Finding> remaining_findings(const Report& report) {
    if (!report.diagnosis) return {};
    std::vector<nla::Finding> findings = report.diagnosis->findings;
    const bool would_be = report.outcome == Outcome::change_needed && report.dry_run;
    if (report.outcome != Outcome::fixed && !would_be) return findings;
    std::erase_if(findings,
                  [&](const nla::Finding& finding) { return is_repaired(finding, report); });
    return findings;
}

std::string headline(const Report& report) {
    std::string outcome = outcome_text(report);
    // A fix that failed says why; what else is wrong is a matter for check.
    if (report.outcome == Outcome::failed && !only_reads(report)) return outcome;
    const std::string verdict = nla::verdict(remaining_findings(report));
    return verdict.empty() ? outcome : outcome + joint(report) + verdict;
}

}  // namespace nlafix::cli
