// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/diagnosis.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "nla/plan.h"

namespace nlafix::nla {
namespace {

constexpr const char* unreadable_code = "value-unreadable";

/// True for the two lists that the plan is about.
bool is_required(const Place& place) {
    const auto& all = requirements();
    return std::any_of(all.begin(), all.end(), [&](const Requirement& requirement) {
        return same_place(place, requirement.place);
    });
}

const char* words_of(Area area) {
    switch (area) {
        case Area::remote_desktop: return "Remote Desktop and its listener";
        case Area::services: return "services";
        case Area::lists: return "the two lists";
        case Area::firewall: return "the firewall of Windows";
        case Area::certificate: return "the certificate";
        case Area::encryption: return "encryption";
        case Area::logins: return "settings of logins";
        case Area::policies: return "policies";
        case Area::domain: return "the domain";
        case Area::accounts: return "local accounts";
        case Area::files: return "files of Windows";
        case Area::startup: break;
    }
    return "how Windows starts";
}

class Diagnostician {
public:
    Diagnostician(const WindowsIdentity& windows, const regf::KeyNode& root,
                  const Surroundings& surroundings)
        : root_(root), around_(surroundings) {
        diagnosis_.windows = windows;
        for (const HiveRole role : {HiveRole::software, HiveRole::security, HiveRole::volume}) {
            if (!surroundings.has(role)) diagnosis_.not_at_hand.push_back(role);
        }
    }

    void examine(const system::ControlSet& set, bool and_the_machine);
    Diagnosis finish();

private:
    void ask(const Rule& rule, const Scene& scene);
    void judge(const Rule& rule, const std::vector<Observation>& seen, const Scene& scene);
    const LookedAt& look_at(const Place& place, const std::string& policy, const Scene& scene);
    std::string policy_over(const Rule& rule, const Scene& scene) const;
    void add(const Rule& rule, const Case& which, Found found, Observation first,
             const Scene& scene);
    void add_unreadable(const Rule& rule, const Observation& seen, const Scene& scene);
    void shorten_lists();

    regf::KeyNode root_;
    const Surroundings& around_;
    Diagnosis diagnosis_;
    std::size_t shortened_values_ = 0;
    std::size_t shortened_findings_ = 0;
};

/// The value at `place`; read once, however many rules ask for it.
const LookedAt& Diagnostician::look_at(const Place& place, const std::string& policy,
                                       const Scene& scene) {
    const std::uint32_t set = place.hive == HiveRole::system ? scene.control_set() : 0;
    for (const LookedAt& earlier : diagnosis_.looked_at) {
        if (earlier.seen.control_set == set && same_place(earlier.seen.place, place)) {
            return earlier;
        }
    }
    diagnosis_.looked_at.push_back(
        {scene.look(place), stock_text(place, scene.generation()), policy});
    return diagnosis_.looked_at.back();
}

/// "SOFTWARE\Policies\...: UserAuthentication is 0", where there is such a policy.
std::string Diagnostician::policy_over(const Rule& rule, const Scene& scene) const {
    if (rule.policy == nullptr) return {};
    const Observation policy = scene.look({HiveRole::software, policies_key, rule.policy});
    if (!policy.is_present()) return {};
    return key_of(policy) + ": " + rule.policy + " is " + content_of(policy);
}

void Diagnostician::add_unreadable(const Rule& rule, const Observation& seen, const Scene& scene) {
    // That one of the two lists cannot be read is an error of the plan, not a finding.
    if (is_required(seen.place)) return;
    for (const Finding& earlier : diagnosis_.findings) {
        if (earlier.unreadable && earlier.seen.control_set == seen.control_set &&
            same_place(earlier.seen.place, seen.place)) {
            return;
        }
    }
    Finding finding;
    finding.rule = &rule;
    finding.unreadable = true;
    finding.severity = rule.severity() == Severity::note ? Severity::note : Severity::may_block;
    finding.seen = seen;
    if (seen.place.content != Content::other) {
        finding.stock = stock_text(seen.place, scene.generation());
    }
    finding.overridden_by = policy_over(rule, scene);
    if (!finding.overridden_by.empty()) finding.severity = Severity::note;
    diagnosis_.findings.push_back(std::move(finding));
}

void Diagnostician::ask(const Rule& rule, const Scene& scene) {
    const auto is_at_hand = [this](HiveRole role) { return around_.has(role); };
    if (!std::all_of(rule.needs.begin(), rule.needs.end(), is_at_hand)) return;
    if (std::find(diagnosis_.areas.begin(), diagnosis_.areas.end(), rule.area) ==
        diagnosis_.areas.end()) {
        diagnosis_.areas.push_back(rule.area);
    }
    std::vector<Observation> seen;
    bool all_readable = true;
    for (const Place& place : rule.places) {
        if (!around_.has(place.hive)) {  // nothing was looked at
            seen.push_back(scene.look(place));
            continue;
        }
        const bool is_first = &place == &rule.places.front();
        seen.push_back(look_at(place, is_first ? policy_over(rule, scene) : "", scene).seen);
        if (seen.back().state != Observation::State::unreadable) continue;
        all_readable = false;
        add_unreadable(rule, seen.back(), scene);
    }
    if (!all_readable && !rule.every_case) return;
    const bool any_present =
        std::any_of(seen.begin(), seen.end(), [](const Observation& o) { return o.is_present(); });
    if (!any_present && !(rule.even_if_absent && scene.is_whole())) return;
    if (!rule.even_if_stock && seen.size() == 1 && seen.front().is_present() &&
        seen.front().place.content == Content::number &&
        is_stock(seen.front().place, scene.generation(), seen.front().number)) {
        return;
    }
    judge(rule, seen, scene);
}

/// The first of the rule's cases that holds, or each of them.
void Diagnostician::judge(const Rule& rule, const std::vector<Observation>& seen,
                          const Scene& scene) {
    const auto decisive =
        std::find_if(seen.begin(), seen.end(), [](const Observation& o) { return o.is_present(); });
    try {
        for (const Case& one : rule.cases) {
            Answer answer = one.condition.finds(seen, scene);
            if (!answer) continue;
            Observation first;
            if (!seen.empty()) first = decisive == seen.end() ? seen.front() : *decisive;
            add(rule, one, std::move(*answer), std::move(first), scene);
            if (!rule.every_case) return;
        }
    } catch (const Error& error) {
        Observation trouble =
            found_elsewhere(rule.places.empty() ? HiveRole::system : rule.places.front().hive, "",
                            rule.subject, "");
        trouble.control_set = rule.scope == Scope::control_set ? scene.control_set() : 0;
        trouble.state = Observation::State::unreadable;
        trouble.trouble = error.message();
        add_unreadable(rule, trouble, scene);
    }
}

void Diagnostician::add(const Rule& rule, const Case& which, Found found, Observation first,
                        const Scene& scene) {
    Finding finding;
    finding.rule = &rule;
    finding.which = &which;
    finding.severity = which.severity;
    finding.seen = found.seen ? std::move(*found.seen) : std::move(first);
    if (finding.seen.place.content != Content::other) {
        finding.stock = stock_text(finding.seen.place, scene.generation());
    }
    finding.detail = std::move(found.detail);
    finding.subject = std::move(found.subject);
    finding.overridden_by = policy_over(rule, scene);
    if (!finding.overridden_by.empty()) finding.severity = Severity::note;
    if (rule.repair) finding.repair = rule.repair->remedy.changes(finding.seen, scene);
    // A value may be created, a key never.
    std::erase_if(finding.repair, [](const Change& change) {
        return change.at.state == Observation::State::absent_key;
    });
    diagnosis_.findings.push_back(std::move(finding));
}

void Diagnostician::examine(const system::ControlSet& set, bool and_the_machine) {
    const Scene scene(root_, set, diagnosis_.windows.generation, around_);
    for (const Requirement& list : requirements()) look_at(list.place, "", scene);
    for (const Rule& rule : rules()) {
        if (!applies(rule, scene.generation())) continue;
        if (rule.scope == Scope::control_set || and_the_machine) ask(rule, scene);
    }
    shorten_lists();
}

/// The rules have seen them whole; what is kept is for the report.
void Diagnostician::shorten_lists() {
    const auto shorten = [](Observation& seen) {
        seen.all = shortened(seen.all, most_list_bytes_kept);
        seen.elements = shortened(seen.elements, most_list_bytes_kept);
    };
    for (; shortened_values_ < diagnosis_.looked_at.size(); ++shortened_values_) {
        shorten(diagnosis_.looked_at[shortened_values_].seen);
    }
    for (; shortened_findings_ < diagnosis_.findings.size(); ++shortened_findings_) {
        shorten(diagnosis_.findings[shortened_findings_].seen);
    }
}

Diagnosis Diagnostician::finish() {
    const auto place_of = [](const Finding& finding) { return finding.rule - rules().data(); };
    std::stable_sort(diagnosis_.findings.begin(), diagnosis_.findings.end(),
                     [&](const Finding& a, const Finding& b) {
                         return a.severity != b.severity ? a.severity < b.severity
                                                         : place_of(a) < place_of(b);
                     });
    return std::move(diagnosis_);
}

}  // namespace

const char* Finding::code() const {
    return unreadable ? unreadable_code : rule->code;
}

std::string Finding::says() const {
    if (unreadable) return "a setting cannot be read: " + seen.place.value;
    return with_subject(which->says, subject);
}

std::string Finding::means() const {
    if (!unreadable) return rule->means;
    return "Whether \"" + with_subject(rule->cases.front().says, rule->subject) +
           "\" holds cannot be told; Windows may ignore the value or stumble over it.";
}

std::string Finding::advice() const {
    if (unreadable) return "look at the value, and repair it by hand";
    return repair.empty() && *rule->advice != '\0' ? rule->advice : rule->to_do();
}

WindowsIdentity identify(const regf::Hive& system_hive, const regf::Cells* software) {
    WindowsIdentity windows;
    if (software != nullptr) windows.version = system::read_windows_version(*software);
    if (windows.version) windows.generation = system::generation_of(*windows.version);
    if (windows.generation != system::Generation::unknown) {
        windows.sureness = system::Sureness::certain;
        windows.evidence = "the build in its SOFTWARE hive";
        return windows;
    }
    const system::GenerationGuess guess = system::guess_generation(system_hive);
    windows.generation = guess.generation;
    windows.sureness = guess.sureness;
    windows.evidence = guess.evidence;
    return windows;
}

Diagnosis diagnose(const regf::Hive& system_hive, const std::vector<system::ControlSet>& sets,
                   const Surroundings& surroundings) {
    Diagnostician diagnostician(identify(system_hive, surroundings.software),
                                regf::root_key(system_hive), surroundings);
    for (const system::ControlSet& set : sets) {
        diagnostician.examine(set, &set == &sets.front());
    }
    return diagnostician.finish();
}

Coverage coverage_of(const Diagnosis& diagnosis) {
    Coverage coverage;
    std::vector<Area> areas = diagnosis.areas;
    std::sort(areas.begin(), areas.end());
    const auto has = [&areas](Area area) {
        return std::find(areas.begin(), areas.end(), area) != areas.end();
    };
    for (const Area area : areas) coverage.looked_at.emplace_back(words_of(area));
    coverage.not_looked_at = {has(Area::accounts) ? "passwords" : "accounts and passwords",
                              "the network outside the machine"};
    for (const HiveRole role : diagnosis.not_at_hand) {
        if (role == HiveRole::software) coverage.not_looked_at.emplace_back("SOFTWARE (policies)");
        if (role == HiveRole::security) {
            coverage.not_looked_at.emplace_back("SECURITY (who may log in)");
        }
        if (role == HiveRole::volume) coverage.not_looked_at.emplace_back("the files of Windows");
    }
    return coverage;
}

std::string verdict(const std::vector<Finding>& findings) {
    // They are sorted; the same thing in two control sets is one reason.
    if (findings.empty() || findings.front().severity == Severity::note) return {};
    const Severity worst = findings.front().severity;
    std::vector<std::string> reasons;
    for (const Finding& finding : findings) {
        if (finding.severity != worst) break;
        const std::string says = finding.says();
        if (std::find(reasons.begin(), reasons.end(), says) == reasons.end()) {
            reasons.push_back(says);
        }
    }
    std::string text = worst == Severity::blocks ? "" : "some logins may fail: ";
    text += reasons.front();
    if (reasons.size() == 1) return text;
    return text + ", and " + std::to_string(reasons.size() - 1) +
           (reasons.size() == 2 ? " more reason" : " more reasons");
}

}  // namespace nlafix::nla
