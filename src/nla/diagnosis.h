// SPDX-License-Identifier: GPL-2.0-or-later
// Why Remote Desktop would refuse, as far as the registry tells.
// Owns: applying the rules (nla/rule.h) to the chosen control sets and to SOFTWARE; what overrides
//   what; the verdict.
// Never: changes anything, or knows where a hive comes from.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nla/plan.h"
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
    Severity severity = Severity::note;  // the rule's, or less where it does not count
    bool unreadable = false;    // the value could not be read, so the rule could not be asked
    Observation seen;           // the value that decided
    std::string stock;          // of that value, for a person
    std::string detail;         // what was found in it, in a few words; may be empty
    std::string overridden_by;  // the policy that counts instead; empty where none does

    /// The stable word: the rule's, or "value-unreadable".
    const char* code() const;
    /// A clause for somebody who does not know the registry.
    std::string says() const;
    std::string means() const;
    std::string advice() const;
};

/// A value that a rule looked at, whether or not there is a finding.
struct LookedAt {
    Observation seen;
    std::string stock;
    std::string overridden_by;  // as in Finding
};

struct Diagnosis {
    WindowsIdentity windows;
    std::vector<Finding> findings;    // by severity, then in the order of the rules
    std::vector<LookedAt> looked_at;  // each value once
};

/// The generation by SOFTWARE where it says one, else by the traces in SYSTEM.
WindowsIdentity identify(const regf::Hive& system_hive, const regf::Cells* software);

/// Asks every rule that applies, for each of `sets`; those of SOFTWARE once, when it is at hand.
/// One damaged value spoils the rules that need it and no other. Never throws for what is in the
/// hives.
Diagnosis diagnose(const regf::Hive& system_hive, const std::vector<system::ControlSet>& sets,
                   const regf::Cells* software);

/// What to tell somebody first: "Remote Desktop is switched off, and 2 more reasons". Empty where
/// nothing blocks or may block.
std::string verdict(const std::vector<Finding>& findings);

}  // namespace nlafix::nla
