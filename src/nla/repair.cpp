// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/repair.h"

#include <algorithm>
#include <utility>

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

PlannedEdit edit_for(const Change& change, const char* code) {
    PlannedEdit edit = edit_at(change.at);
    edit.repairs = code;
    edit.before = {content_of(change.at)};
    edit.after = {content_of(after(change))};
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
        const Rule& rule = *finding.rule;
        if (!rule.repair || std::find(codes.begin(), codes.end(), rule.code) == codes.end()) {
            continue;
        }
        const std::string where = key_of(finding.seen) + ": value \"" + finding.seen.place.value;
        if (finding.unreadable) {
            add_obstacle(plan, Error(ErrorCode::malformed_value,
                                     where + "\" cannot be read: " + finding.seen.trouble)
                                   .hint("repair this value by hand first, or leave out --also " +
                                         std::string(rule.code)));
            continue;
        }
        if (!finding.overridden_by.empty()) {
            plan.warnings.push_back(where + "\" does not count, a policy does (" +
                                    finding.overridden_by + "): this repair alone changes nothing");
        }
        for (const Change& change : finding.repair) {
            put(edit_for(change, rule.code), plan);
        }
    }
}

}  // namespace nlafix::nla
