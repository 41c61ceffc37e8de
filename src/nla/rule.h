// SPDX-License-Identifier: GPL-2.0-or-later
// A rule of the diagnosis: one way in which a value keeps Remote Desktop from letting anybody in.
// Owns: what a rule consists of, and the table of all of them.
// Never: reads a hive (nla/observation.h does), or prints.
//
// To add a rule, add one entry to the table of its subject (nla/rules_*.cpp); docs/diagnosis.md is
// generated from it, and tests/unit/nla/rules_test.cpp wants a row for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nla/observation.h"
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

/// What a value is as shipped, from one generation on. Before the first one it is absent.
struct Stock {
    system::Generation from = system::Generation::unknown;
    std::uint32_t number = 0;
    const char* text = nullptr;  // of a value that is no number
};

/// What a rule knows besides its values.
struct Situation {
    system::Generation generation = system::Generation::unknown;
    bool in_domain = false;  // as far as SYSTEM tells
};

/// What a condition found, in a few words for the evidence; empty where the value alone says it.
using Evidence = std::optional<std::string>;

/// One observation for each place of the rule. Called when at least one is present and none is
/// unreadable. Nothing where there is nothing to report.
using Condition = Evidence (*)(const std::vector<Observation>& seen, const Situation& situation);

/// The one value in SYSTEM that is the known remedy.
struct Repair {
    std::uint32_t number = 0;
    bool to_stock = false;  // the stock value of the generation instead
    const char* risk = "";  // what it costs, one sentence
};

/// The policy in SOFTWARE that overrides a value: by its name below `policies_key`.
inline constexpr const char* policies_key = "Policies\\Microsoft\\Windows NT\\Terminal Services";

struct Rule {
    const char* code = "";  // stable
    Severity severity = Severity::note;
    std::vector<Place> places = {};  // mostly one
    std::vector<Stock> stock =
        {};  // oldest first; of the first place, or of each where there are more
    // The generations that know the value.
    system::Generation since = system::Generation::unknown;
    system::Generation until = system::Generation::win10;
    const char* when = "";  // the condition in words: "1"
    Condition finds = nullptr;
    bool even_if_stock = false;    // one of the two exceptions of a reader's interest
    const char* says = "";         // a clause, for somebody who does not know the registry
    const char* means = "";        // one sentence
    const char* advice = "";       // what an engineer does about it
    const char* policy = nullptr;  // value below `policies_key` that overrides this one
    std::optional<Repair> repair = {};
};

/// All rules, the ones that explain most in front: a verdict names the first that was found.
const std::vector<Rule>& rules();

/// The tables, by subject.
std::vector<Rule> listener_rules();
std::vector<Rule> service_rules();
std::vector<Rule> list_rules();
std::vector<Rule> security_rules();
std::vector<Rule> policy_rules();

/// Nothing for a code that no rule has.
const Rule* find_rule(const std::string& code);

/// Whether `generation` knows what `rule` is about. An unknown one might.
bool applies(const Rule& rule, system::Generation generation);

/// As shipped with `generation`: "1", "absent". Of an unknown one, everything that any has.
std::string stock_text(const Rule& rule, system::Generation generation);

/// True for a number that `generation` ships with; of an unknown one, that any does.
bool is_stock(const Rule& rule, system::Generation generation, std::uint32_t number);

/// The number that `rule.repair` sets.
std::uint32_t repaired_number(const Rule& rule, system::Generation generation);

}  // namespace nlafix::nla
