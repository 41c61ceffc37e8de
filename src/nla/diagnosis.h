// SPDX-License-Identifier: GPL-2.0-or-later
// Why Remote Desktop would refuse, as far as a disk tells.
// Owns: applying the rules (nla/rule.h) to the chosen control sets and to the machine; what
//   overrides what; the verdict.
// Never: changes anything, or knows where a hive comes from.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nla/rule.h"
#include "system/control_sets.h"
#include "system/generation.h"
#include "system/windows_version.h"

namespace nlafix::nla {

/// Which Windows it is, and how sure that is.
struct WindowsIdentity {
    system::Generation generation = system::Generation::unknown;
    system::Sureness sureness = system::Sureness::unknown;
    std::string evidence;                           // what it was told from
    std::optional<system::WindowsVersion> version;  // from SOFTWARE
};

struct Finding {
    const Rule* rule = nullptr;
    const Case* which = nullptr;         // of the rule; null where it could not be asked
    Severity severity = Severity::note;  // the case's, or less where it does not count
    bool unreadable = false;     // the evidence could not be read, so the rule could not be asked
    Observation seen;            // what decided
    std::string stock;           // of that value, for a person; empty where it is no value
    std::string detail;          // what was found in it, in a few words; may be empty
    std::string subject;         // what `{}` in the words of the case stands for
    std::string overridden_by;   // the policy that counts instead; empty where none does
    std::vector<Change> repair;  // what its repair would write; empty where it has none

    /// The stable word: the rule's, or "value-unreadable".
    const char* code() const;
    /// A clause for somebody who does not know the registry.
    std::string says() const;
    std::string means() const;
    std::string advice() const;
    /// About one of the two lists that fix edits.
    bool is_about_a_list() const { return rule->area == Area::lists; }
};

/// A value that a rule looked at, whether or not there is a finding.
struct LookedAt {
    Observation seen;
    std::string stock;
    std::string overridden_by;  // as in Finding
};

struct Diagnosis {
    WindowsIdentity windows;
    std::vector<Area> areas;            // about which some rule was asked, each once
    std::vector<HiveRole> not_at_hand;  // of what would have been looked at
    std::vector<Finding> findings;      // by severity, then in the order of the rules
    std::vector<LookedAt> looked_at;    // each value once
};

/// The generation by SOFTWARE where it says one, else by the traces in SYSTEM.
WindowsIdentity identify(const regf::Hive& system_hive, const regf::Cells* software);

/// Asks every rule that applies: those about a control set for each of `sets`, which is not empty,
/// those about the machine once, beside the first set. One damaged value spoils the rules that need
/// it and no other. Never throws for what is in the hives.
Diagnosis diagnose(const regf::Hive& system_hive, const std::vector<system::ControlSet>& sets,
                   const Surroundings& surroundings);

/// What was looked at and what was not, in a few words for a person.
struct Coverage {
    std::vector<std::string> looked_at;
    std::vector<std::string> not_looked_at;
};
Coverage coverage_of(const Diagnosis& diagnosis);

/// What to tell somebody first: "Remote Desktop is switched off, and 2 more reasons". Empty where
/// nothing blocks or may block.
std::string verdict(const std::vector<Finding>& findings);

}  // namespace nlafix::nla
