// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/repair.h"

#include <algorithm>

#include "regf/key_value.h"

namespace nlafix::nla {
namespace {

PlannedEdit edit_for(const Finding& finding, system::Generation generation) {
    const Observation& seen = finding.seen;
    PlannedEdit edit;
    edit.control_set = seen.control_set;
    edit.key = seen.place.key;
    edit.key_node = seen.key_node;
    edit.path = seen.path;
    edit.value = seen.stored_name;
    edit.type = regf::reg_dword;
    edit.repairs = finding.rule->code;
    edit.old_number = seen.number;
    edit.new_number = repaired_number(*finding.rule, generation);
    edit.before = {number_text(edit.old_number)};
    edit.after = {number_text(edit.new_number)};
    edit.data.resize(4);
    put_u32(edit.data, 0, edit.new_number);
    return edit;
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
        const std::string where = key_of(finding.seen) + ": value \"" + rule.places.front().value;
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
        plan.edits.push_back(edit_for(finding, diagnosis.windows.generation));
    }
}

}  // namespace nlafix::nla
