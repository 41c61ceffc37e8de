// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/repair.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace nlafix::nla {
namespace {

/// The value as it will be, for a report.
Observation after(const Change& change) {
    Observation seen = change.at;
    seen.state = Observation::State::absent_value;
    if (change.removes) return seen;
    read_data(change.type, change.data, seen);
    return seen;
}

/// What a report shows of a value: each string of a list, one text, a number; nothing where it is
/// absent.
std::vector<std::string> shown(const Observation& seen) {
    if (!seen.is_present()) return {};
    switch (seen.place.content) {
        case Content::strings:
        case Content::comma_separated: return seen.all;
        case Content::text: return {seen.text};
        case Content::number:
        case Content::bytes:
        case Content::other: break;
    }
    return {content_of(seen)};
}

PlannedEdit edit_for(const Change& change, const char* code) {
    PlannedEdit edit = edit_at(change.at);
    edit.repairs = code;
    edit.before = shown(change.at);
    edit.after = shown(after(change));
    edit.removed = change.removes;
    edit.old_data = change.at.data;
    edit.type = change.removes ? edit.old_type : change.type;
    edit.data = change.data;
    return edit;
}

/// Two codes may have the same remedy; and one that writes a whole list brings the entry with it
/// that the plan adds.
void put(PlannedEdit edit, Plan& plan) {
    const auto earlier =
        std::find_if(plan.edits.begin(), plan.edits.end(), [&edit](const PlannedEdit& other) {
            return other.key_node == edit.key_node && other.value == edit.value;
        });
    if (earlier == plan.edits.end()) return plan.edits.push_back(std::move(edit));
    if (earlier->repairs.empty()) *earlier = std::move(edit);
}

/// A value that cannot be read is shown once, whatever rules look at it.
bool is_about(const Finding& finding, const std::string& code) {
    if (!finding.unreadable) return code == finding.rule->code;
    const Rule* rule = find_rule(code);
    return rule != nullptr &&
           std::any_of(rule->places.begin(), rule->places.end(), [&finding](const Place& place) {
               return same_place(place, finding.seen.place);
           });
}

/// The one of `codes` that the finding is about; nothing where none is.
const Rule* asked_for(const Finding& finding, const std::vector<std::string>& codes) {
    const auto code = std::find_if(codes.begin(), codes.end(),
                                   [&](const std::string& one) { return is_about(finding, one); });
    return code == codes.end() ? nullptr : find_rule(*code);
}

}  // namespace

std::vector<const Rule*> repairs() {
    std::vector<const Rule*> found;
    for (const Rule& rule : rules()) {
        if (rule.repair) found.push_back(&rule);
    }
    return found;
}

bool is_repair(const std::string& code) {
    const Rule* rule = find_rule(code);
    return rule != nullptr && rule->repair;
}

void add_repairs(const Diagnosis& diagnosis, const std::vector<std::string>& codes, Plan& plan) {
    for (const Finding& finding : diagnosis.findings) {
        const Rule* rule = asked_for(finding, codes);
        if (rule == nullptr || !rule->repair) continue;
        const std::string where =
            key_of(finding.seen) + ": value " + quoted(finding.seen.place.value);
        if (finding.unreadable) {
            add_obstacle(plan, Error(ErrorCode::malformed_value,
                                     where + " cannot be read: " + finding.seen.trouble)
                                   .hint("repair this value by hand first, or leave out --also " +
                                         std::string(rule->code)));
            continue;
        }
        if (!finding.overridden_by.empty()) {
            plan.warnings.push_back(where + " does not count, a policy does (" +
                                    finding.overridden_by + "): this repair alone changes nothing");
        }
        for (const Change& change : finding.repair) {
            put(edit_for(change, rule->code), plan);
        }
    }
}

}  // namespace nlafix::nla
