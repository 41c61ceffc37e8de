// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/diagnosis.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "regf/key_value.h"

namespace nlafix::nla {
namespace {

constexpr const char* unreadable_code = "value-unreadable";

/// The text of a value; empty where it is not there or cannot be read.
std::string text_at(const regf::KeyNode& from, const char* key_path, const char* value_name) {
    try {
        const auto key = regf::find_key(from, key_path);
        const auto value = key ? regf::find_value(*key, value_name) : std::nullopt;
        if (!value || value->type() != regf::reg_sz) return {};
        const std::u16string text = utf16_units(value->data());
        return utf8_of(text.substr(0, text.find(u'\0')));
    } catch (const Error&) {
        return {};
    }
}

/// A machine in a domain has one as its DNS name, or has found a site of it; a domain controller
/// says so itself. SYSTEM holds no better sign.
bool is_in_domain(const regf::KeyNode& set) {
    constexpr const char* tcpip = "Services\\Tcpip\\Parameters";
    return text_at(set, "Control\\ProductOptions", "ProductType") == "LanmanNT" ||
           !text_at(set, tcpip, "NV Domain").empty() || !text_at(set, tcpip, "Domain").empty() ||
           !text_at(set, "Services\\Netlogon\\Parameters", "DynamicSiteName").empty();
}

bool same_place(const Place& a, const Place& b) {
    return a.hive == b.hive && std::string_view(a.key) == b.key &&
           std::string_view(a.value) == b.value;
}

/// True for the two lists that the plan is about.
bool is_required(const Place& place) {
    const auto& all = requirements();
    return std::any_of(all.begin(), all.end(), [&](const Requirement& requirement) {
        return place.hive == HiveRole::system && std::string_view(place.key) == requirement.key &&
               std::string_view(place.value) == requirement.value;
    });
}

class Diagnostician {
public:
    Diagnostician(const WindowsIdentity& windows, const regf::Cells* software)
        : software_(software) {
        diagnosis_.windows = windows;
    }

    void examine(const system::ControlSet& set);
    void examine_software();
    Diagnosis finish();

private:
    void ask(const Rule& rule, const regf::KeyNode& from, std::uint32_t control_set,
             const Situation& situation);
    const LookedAt& look_at(const Rule& rule, const Place& place, const regf::KeyNode& from,
                            std::uint32_t control_set);
    std::string policy_over(const Rule& rule) const;
    void add_unreadable(const Rule& rule, const LookedAt& value);

    const regf::Cells* software_;
    Diagnosis diagnosis_;
};

/// The value at `place`; read once, however many rules ask for it.
const LookedAt& Diagnostician::look_at(const Rule& rule, const Place& place,
                                       const regf::KeyNode& from, std::uint32_t control_set) {
    for (const LookedAt& earlier : diagnosis_.looked_at) {
        if (earlier.seen.control_set == control_set && same_place(earlier.seen.place, place)) {
            return earlier;
        }
    }
    diagnosis_.looked_at.push_back({observe(from, control_set, place),
                                    stock_text(rule, diagnosis_.windows.generation),
                                    policy_over(rule)});
    return diagnosis_.looked_at.back();
}

/// "SOFTWARE\Policies\...: UserAuthentication is 0", where there is such a policy.
std::string Diagnostician::policy_over(const Rule& rule) const {
    if (rule.policy == nullptr || software_ == nullptr) return {};
    try {
        const Observation policy =
            observe(regf::root_key(*software_), 0, {HiveRole::software, policies_key, rule.policy});
        if (!policy.is_present()) return {};
        return key_of(policy) + ": " + rule.policy + " is " + content_of(policy);
    } catch (const Error&) {
        return {};
    }
}

void Diagnostician::add_unreadable(const Rule& rule, const LookedAt& value) {
    // That one of the two lists cannot be read is an error of the plan, not a finding.
    if (is_required(value.seen.place)) return;
    for (const Finding& earlier : diagnosis_.findings) {
        if (earlier.unreadable && earlier.seen.control_set == value.seen.control_set &&
            same_place(earlier.seen.place, value.seen.place)) {
            return;
        }
    }
    Finding finding;
    finding.rule = &rule;
    finding.unreadable = true;
    finding.severity = rule.severity == Severity::note ? Severity::note : Severity::may_block;
    finding.seen = value.seen;
    finding.stock = value.stock;
    finding.overridden_by = value.overridden_by;
    if (!finding.overridden_by.empty()) finding.severity = Severity::note;
    diagnosis_.findings.push_back(std::move(finding));
}

void Diagnostician::ask(const Rule& rule, const regf::KeyNode& from, std::uint32_t control_set,
                        const Situation& situation) {
    std::vector<Observation> seen;
    bool all_readable = true;
    for (const Place& place : rule.places) {
        const LookedAt& value = look_at(rule, place, from, control_set);
        seen.push_back(value.seen);
        if (value.seen.state != Observation::State::unreadable) continue;
        all_readable = false;
        add_unreadable(rule, value);
    }
    const auto decisive =
        std::find_if(seen.begin(), seen.end(), [](const Observation& o) { return o.is_present(); });
    if (!all_readable || decisive == seen.end()) return;
    if (!rule.even_if_stock && rule.places.size() == 1 &&
        rule.places.front().content == Content::number &&
        is_stock(rule, situation.generation, decisive->number)) {
        return;
    }
    Evidence evidence = rule.finds(seen, situation);
    if (!evidence) return;
    Finding finding;
    finding.rule = &rule;
    finding.severity = rule.severity;
    finding.seen = *decisive;
    finding.stock = stock_text(rule, situation.generation);
    finding.detail = std::move(*evidence);
    finding.overridden_by = policy_over(rule);
    if (!finding.overridden_by.empty()) finding.severity = Severity::note;
    diagnosis_.findings.push_back(std::move(finding));
}

void Diagnostician::examine(const system::ControlSet& set) {
    const Situation situation = {diagnosis_.windows.generation, is_in_domain(set.key)};
    for (const Rule& rule : rules()) {
        if (rule.places.front().hive != HiveRole::system) continue;
        if (applies(rule, situation.generation)) ask(rule, set.key, set.number, situation);
    }
}

void Diagnostician::examine_software() {
    if (software_ == nullptr) return;
    try {
        const regf::KeyNode root = regf::root_key(*software_);
        const Situation situation = {diagnosis_.windows.generation, false};
        for (const Rule& rule : rules()) {
            if (rule.places.front().hive != HiveRole::software) continue;
            if (applies(rule, situation.generation)) ask(rule, root, 0, situation);
        }
    } catch (const Error&) {
        // A hive without a root: who read it has said so.
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
    return unreadable ? std::string("a setting cannot be read: ") + seen.place.value : rule->says;
}

std::string Finding::means() const {
    if (!unreadable) return rule->means;
    return std::string("Whether \"") + rule->says +
           "\" holds cannot be told; Windows may ignore "
           "the value or stumble over it.";
}

std::string Finding::advice() const {
    return unreadable ? "look at the value, and repair it by hand" : rule->advice;
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
                   const regf::Cells* software) {
    Diagnostician diagnostician(identify(system_hive, software), software);
    for (const system::ControlSet& set : sets) diagnostician.examine(set);
    diagnostician.examine_software();
    return diagnostician.finish();
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
