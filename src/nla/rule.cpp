// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/rule.h"

#include <algorithm>
#include <iterator>

namespace nlafix::nla {

using system::Generation;

const char* word_of(Severity severity) {
    switch (severity) {
        case Severity::blocks: return "blocks";
        case Severity::may_block: return "may-block";
        case Severity::note: break;
    }
    return "note";
}

const std::vector<Rule>& rules() {
    static const std::vector<Rule> table = [] {
        std::vector<Rule> all;
        for (const auto& rules_of :
             {listener_rules, terminal_server_rules, termservice_rules, base_service_rules,
              service_rules, firewall_rules, policy_rules, volume_rules, software_rules,
              rights_rules, certificate_rules, access_rules, list_rules, encryption_rules,
              security_rules, machine_rules, account_rules}) {
            std::vector<Rule> some = rules_of();
            std::move(some.begin(), some.end(), std::back_inserter(all));
        }
        return all;
    }();
    return table;
}

const Rule* find_rule(const std::string& code) {
    const auto found = std::find_if(rules().begin(), rules().end(),
                                    [&](const Rule& rule) { return rule.code == code; });
    return found == rules().end() ? nullptr : &*found;
}

bool applies(const Rule& rule, Generation generation) {
    return generation == Generation::unknown ||
           (rule.since <= generation && generation <= rule.until);
}

std::string with_subject(const char* words, const std::string& subject) {
    std::string text = words;
    const std::size_t at = text.find("{}");
    return at == std::string::npos ? text : text.replace(at, 2, subject);
}

std::string Rule::to_do() const {
    if (!repair) return advice;
    std::string text = std::string(repair->does) + ": nlafix fix --also " + code;
    return *beside == '\0' ? text : text + "; " + beside;
}

}  // namespace nlafix::nla
