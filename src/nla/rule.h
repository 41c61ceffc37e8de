// SPDX-License-Identifier: GPL-2.0-or-later
// A rule of the diagnosis: one thing that keeps Remote Desktop from letting anybody in.
// Owns: what a rule consists of, and the table of all of them.
// Never: reads a hive (nla/observation.h and the rooms of nla/scene.h do), or prints.
//
// To add a rule, add one entry to the table of its subject (nla/rules_*.cpp); docs/diagnosis.md is
// generated from it, and tests/unit/nla/rules_test.cpp wants a row for it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "nla/observation.h"
#include "nla/scene.h"
#include "system/generation.h"

namespace nlafix::nla {

/// How much a finding matters.
enum class Severity {
    blocks,     // as it stands, nobody gets in
    may_block,  // somebody may not get in: it depends on the client, the domain, or a date
    note        // worth knowing
};

/// "blocks", "may-block", "note".
const char* word_of(Severity severity);

/// What a rule is about, in the order of the line that says what was looked at.
enum class Area {
    remote_desktop,
    services,
    lists,
    firewall,
    certificate,
    encryption,
    logins,
    policies,
    domain,
    accounts,
    files,
    startup
};

/// What a condition found.
struct Found {
    std::string detail = {};  // in a few words, for the evidence; empty where the value says it all
    std::string subject = {};              // what `{}` stands for in the words of the case
    std::optional<Observation> seen = {};  // what decided; else the first of the rule's places
};
using Answer = std::optional<Found>;

/// One observation for each place of the rule; none is unreadable. May throw Error for evidence
/// that cannot be read: then the rule is a finding `value-unreadable`.
using Finds = std::function<Answer(const std::vector<Observation>& seen, const Scene& scene)>;

/// A condition and its words: "not 0".
struct Condition {
    std::string when;
    Finds finds;
};

/// One way in which a rule is broken. The first whose condition holds is the finding.
struct Case {
    Severity severity = Severity::note;
    Condition condition;
    const char* says = "";  // a clause, for somebody who does not know the registry
};

/// One value as a repair leaves it.
struct Change {
    Observation at;  // its key is there; the value may be absent, and is created then
    std::uint32_t type = 0;
    Bytes data;
    bool removes = false;  // the value goes; type and data mean nothing
};

/// What a repair writes, and its words: "3".
struct Remedy {
    std::string writes;  // into the first place of the rule, unless it names the value itself
    /// `seen` is what the finding shows. Nothing where this finding has no repair.
    std::function<std::vector<Change>(const Observation& seen, const Scene& scene)> changes;
    bool names_the_value = false;
};

/// The known remedy, where it is a value in SYSTEM.
struct Repair {
    const char* does = "";  // a clause of what it brings about: "let it start"
    Remedy remedy;
    const char* risk = "";  // what it costs, one sentence
};

/// The policy in SOFTWARE that overrides a value: by its name below `policies_key`.
inline constexpr const char* policies_key = "Policies\\Microsoft\\Windows NT\\Terminal Services";

/// How often a rule is asked.
enum class Scope { control_set, machine };

struct Rule {
    const char* code = "";  // stable
    Area area = Area::remote_desktop;
    Scope scope = Scope::control_set;
    std::vector<HiveRole> needs = {};  // not asked where one of them is not at hand
    std::vector<Place> places = {};    // mostly one
    const char* looks_at = "";         // in words, beside the places
    const char* subject = "";          // what `{}` in the clauses stands for in general
    // The generations that know what it is about.
    system::Generation since = system::Generation::unknown;
    system::Generation until = system::Generation::win10;
    bool even_if_stock = false;   // also asked where the one place is as shipped
    bool even_if_absent = false;  // also where no place is present, in a hive that is whole
    bool every_case = false;      // every case that holds is a finding, not the first alone
    std::vector<Case> cases = {};
    const char* means = "";        // one sentence
    const char* advice = "";       // what an engineer does about it, where no repair does
    const char* beside = "";       // what is to be done beside the repair
    const char* policy = nullptr;  // value below `policies_key` that overrides the first place
    std::optional<Repair> repair = {};

    /// That of its first case, which is the worst.
    Severity severity() const { return cases.front().severity; }
    /// What to do: the repair where there is one, else `advice`.
    std::string to_do() const;
};

/// All rules, the ones that explain most in front: a verdict names the first that was found.
const std::vector<Rule>& rules();

/// The tables, by subject.
std::vector<Rule> listener_rules();
std::vector<Rule> terminal_server_rules();
std::vector<Rule> termservice_rules();
std::vector<Rule> base_service_rules();
std::vector<Rule> service_rules();
std::vector<Rule> firewall_rules();
std::vector<Rule> encryption_rules();
std::vector<Rule> machine_rules();
std::vector<Rule> list_rules();
std::vector<Rule> security_rules();
std::vector<Rule> policy_rules();
std::vector<Rule> certificate_rules();
std::vector<Rule> rights_rules();
std::vector<Rule> volume_rules();
std::vector<Rule> software_rules();
std::vector<Rule> access_rules();
std::vector<Rule> account_rules();

/// Nothing for a code that no rule has.
const Rule* find_rule(const std::string& code);

/// Whether `generation` knows what `rule` is about. An unknown one might.
bool applies(const Rule& rule, system::Generation generation);

/// `words` with `subject` for the `{}` in them.
std::string with_subject(const char* words, const std::string& subject);

}  // namespace nlafix::nla
