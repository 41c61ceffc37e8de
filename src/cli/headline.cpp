// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/headline.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "cli/exit_status.h"

namespace nlafix::cli {
namespace {

using app::Outcome;
using app::Report;
using nla::Severity;
using system::Generation;

bool only_reads(const Report& report) {
    return report.command == app::Command::check || report.dry_run;
}

/// The first of findings that are sorted weighs as much as `severity`.
bool is_worst(const std::vector<nla::Finding>& findings, Severity severity) {
    return !findings.empty() && findings.front().severity == severity;
}

bool is_repaired(const nla::Finding& finding, const Report& report) {
    return std::any_of(report.edits.begin(), report.edits.end(), [&](const auto& edit) {
        return !finding.unreadable && edit.repairs == finding.rule->code &&
               edit.control_set == finding.seen.control_set;
    });
}

/// The entries that are missing, or were: "tspkg", "tspkg and credssp.dll".
std::string missing_entries(const Report& report) {
    std::string text;
    for (const nla::PlannedEdit& edit : report.edits) {
        if (edit.added.empty() || text.find(edit.added) != std::string::npos) continue;
        text += (text.empty() ? "" : " and ") + edit.added;
    }
    return text;
}

bool lacks(const Report& report, const char* entry) {
    return missing_entries(report).find(entry) != std::string::npos;
}

/// Entries that are not there and are not added either, as tspkg without its DLL.
std::string left_out_entries(const Report& report) {
    std::string text;
    for (const nla::ValueState& state : report.states) {
        const std::string entry = state.requirement->entry;
        if (state.kind != nla::ValueState::Kind::without_file ||
            text.find(entry) != std::string::npos) {
            continue;
        }
        text += (text.empty() ? "" : " and ") + entry;
    }
    return text;
}

/// What is true of the entries once the command is done, in front of what stands in the way.
std::string entries_and_still(const Report& report, const std::string& verdict) {
    const std::string left_out = left_out_entries(report);
    constexpr std::string_view same_words = "Remote Desktop cannot work: ";
    const bool repeats = verdict.compare(0, same_words.size(), same_words) == 0;
    return (left_out.empty() ? "both entries are in" : left_out + " was not added") +
           ". Remote Desktop still cannot work: " +
           (repeats ? verdict.substr(same_words.size()) : verdict);
}

Generation generation_of(const Report& report) {
    return report.diagnosis ? report.diagnosis->windows.generation : Generation::unknown;
}

/// tspkg alone is not listed, on a Windows that ships like that.
bool is_stock_without_tspkg(const Report& report) {
    return generation_of(report) >= Generation::win8 && lacks(report, "tspkg") &&
           !lacks(report, "credssp.dll");
}

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
    return text;
}

std::string scope_of_search(const Report& report) {
    if (!report.diagnosis) return {};
    const nla::Coverage coverage = nla::coverage_of(*report.diagnosis);
    return ". Looked at: " + joined(coverage.looked_at) +
           "; not looked at: " + joined(coverage.not_looked_at);
}

/// The first note that is not about network level authentication being on, which it mostly is.
std::string worth_knowing(const std::vector<nla::Finding>& left) {
    for (const nla::Finding& finding : left) {
        const bool counts = finding.overridden_by.empty() && !finding.unreadable;
        if (counts && std::string(finding.code()) != "nla-required") {
            return "; worth knowing: " + finding.says();
        }
    }
    return {};
}

/// Why the entries are needed, in the words that fit the Windows.
std::string need_of(const Report& report) {
    const std::string begin = report.dry_run ? "would be changed: " : "change needed: ";
    const std::string missing = missing_entries(report);
    if (missing.empty()) return report.dry_run ? "would be changed" : "change needed";
    const Generation generation = generation_of(report);
    const char* verb = missing.find(" and ") == std::string::npos ? " is" : " are";
    if (generation == Generation::unknown || generation < Generation::xp) {
        return begin + missing + verb + " missing";
    }
    if (generation < Generation::vista) {
        return begin + missing + verb +
               " missing, which let this Windows use network level authentication as a client; it "
               "can never demand it as a server";
    }
    if (is_stock_without_tspkg(report)) {
        return std::string(report.dry_run ? "would be changed: " : "") +
               "tspkg is not listed, which is how " + system::name_of(generation) +
               " ships: adding it is harmless, some providers advise it, but it is probably not "
               "why "
               "Remote Desktop refuses" +
               scope_of_search(report);
    }
    if (lacks(report, "credssp.dll")) {
        const bool both = lacks(report, "tspkg") && generation < Generation::win8;
        return begin +
               "credssp.dll is missing from a list that every Windows since Vista ships "
               "with it" +
               (lacks(report, "tspkg") ? (both ? ", and so is tspkg"
                                               : "; tspkg is not listed either "
                                                 "(stock)")
                                       : "");
    }
    return begin +
           "tspkg is missing, without which this Windows cannot do network level "
           "authentication";
}

/// The entries, behind something that weighs more.
std::string entries_beside(const Report& report) {
    const std::string missing = missing_entries(report);
    const char* fix = report.dry_run ? "it would be added" : "fix adds it as well";
    const std::string left_out = left_out_entries(report);
    if (missing.empty() && !left_out.empty()) return left_out + " is not listed, and is not added";
    if (missing.empty()) {
        return report.outcome == Outcome::change_needed ? "would be changed"
                                                        : "both entries are there";
    }
    if (is_stock_without_tspkg(report)) {
        return std::string("tspkg is not listed either (stock): ") + fix +
               ", which will not cure the above";
    }
    return missing +
           (missing.find(" and ") == std::string::npos ? " is missing as well: "
                                                       : " are missing as well: ") +
           (report.dry_run ? "would be added" : "fix adds what is missing");
}

/// A repair that was made although a policy counts instead.
const nla::Finding* repaired_in_vain(const Report& report) {
    if (!report.diagnosis) return nullptr;
    for (const nla::Finding& finding : report.diagnosis->findings) {
        if (!finding.overridden_by.empty() && is_repaired(finding, report)) return &finding;
    }
    return nullptr;
}

std::string fixed_text(const Report& report, const std::vector<nla::Finding>& left) {
    const std::string verdict = nla::verdict(left);
    if (is_worst(left, Severity::blocks)) {
        return entries_and_still(report, verdict);
    }
    if (const nla::Finding* finding = repaired_in_vain(report)) {
        return std::string("written and verified, but ") + finding->rule->code +
               " alone changes nothing: a policy wins (" + finding->overridden_by + ")";
    }
    if (!verdict.empty()) return "fixed and verified, but " + verdict;
    if (!is_stock_without_tspkg(report)) return "fixed and verified";
    const bool only_entries = std::all_of(report.edits.begin(), report.edits.end(),
                                          [](const auto& edit) { return edit.repairs.empty(); });
    return only_entries ? "fixed and verified; this Windows ships without tspkg, so that was "
                          "probably not why Remote Desktop refused"
                        : "fixed and verified";
}

std::string read_text(const Report& report, const std::vector<nla::Finding>& left) {
    const std::string verdict = nla::verdict(left);
    const bool blocked = is_worst(left, Severity::blocks);
    if (report.outcome == Outcome::nothing_to_do && !only_reads(report) && blocked) {
        return entries_and_still(report, verdict);
    }
    if (!verdict.empty()) return verdict + "; " + entries_beside(report);
    if (report.outcome == Outcome::change_needed) return need_of(report);
    return "nothing to do: both entries are there, and nothing was found that keeps Remote Desktop "
           "out" +
           worth_knowing(left) + scope_of_search(report);
}

std::string failed_text(const Report& report) {
    if (exit_status_of(report) == status_unconfirmed) return "NOT CONFIRMED";
    // A fix that failed says why; what else is wrong is a matter for check.
    if (!only_reads(report)) return "not changed";
    const std::string verdict = nla::verdict(remaining_findings(report));
    const std::string word(status_word(report));
    return verdict.empty() ? word : word + "; " + verdict;
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
    switch (report.outcome) {
        case Outcome::nothing_to_do:
        case Outcome::change_needed: return read_text(report, remaining_findings(report));
        case Outcome::fixed: return fixed_text(report, remaining_findings(report));
        case Outcome::restored:
            return report.changed ? "put back and verified" : "is the original already";
        case Outcome::written:
            return "written to " + escaped(report.output) + (report.error ? ", damaged" : "");
        case Outcome::skipped: return "skipped: a backup of a fix, or its manifest";
        case Outcome::failed: break;
    }
    return failed_text(report);
}

std::string brief_headline(const Report& report) {
    const std::vector<nla::Finding> left = remaining_findings(report);
    const bool is_brief = nla::verdict(left).empty();
    if (is_brief && report.outcome == Outcome::nothing_to_do) return "nothing to do";
    if (is_brief && report.outcome == Outcome::change_needed) return "change needed";
    return headline(report);
}

std::string advice_of(const Report& report) {
    const bool is_of_interest = report.outcome == Outcome::nothing_to_do ||
                                report.outcome == Outcome::change_needed ||
                                report.outcome == Outcome::fixed;
    if (!is_of_interest) return {};
    const std::vector<nla::Finding> left = remaining_findings(report);
    if (!nla::verdict(left).empty()) return left.front().advice();
    for (const nla::Finding& finding : left) {
        const bool is_way_in = std::string(finding.code()) == "nla-required" &&
                               !finding.repair.empty() && finding.overridden_by.empty();
        if (!is_way_in) continue;
        return "if logins still fail, " + finding.advice() +
               ". Risk: " + finding.rule->repair->risk;
    }
    return {};
}

}  // namespace nlafix::cli
