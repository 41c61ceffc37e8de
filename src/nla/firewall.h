// SPDX-License-Identifier: GPL-2.0-or-later
// The firewall of Windows as SYSTEM has it, and the policies of SOFTWARE over it: a room of the
// diagnosis (nla/scene.h).
// Owns: reading its rules (MS-GPFAS 2.2.2.19: "v2.10|Action=Allow|Active=TRUE|...|") and profiles;
//   which rule counts, and lets a connection to a port in.
// Never: judges what that means for a login.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nla/place.h"
#include "nla/scene.h"

namespace nlafix::nla {

/// The kinds of network that Windows tells apart.
enum class Profile { domain, home, open };

/// "domain", "private", "public".
const char* word_of(Profile profile);

inline constexpr std::array<Profile, 3> all_profiles = {Profile::domain, Profile::home,
                                                        Profile::open};

/// One rule, as far as it matters for a TCP connection to a port of the machine.
struct FirewallRule {
    std::string id;
    bool is_active = false;
    bool blocks = false;  // else it allows; a rule that does neither is not kept
    std::array<bool, 3> profiles = {true, true, true};  // by Profile
    bool is_restricted = false;                         // to some remote addresses
    std::string remote;                                 // those, as they stand there
    bool is_policy = false;                             // from SOFTWARE
};

/// The rule in `text` where it is one about incoming TCP to `port` and to whatever service Remote
/// Desktop is; nothing for any other, and for text that is none.
std::optional<FirewallRule> read_rule(std::string id, std::string_view text, std::uint32_t port);

/// A policy wins over the value of the same name in SYSTEM.
struct FirewallProfile {
    bool is_on = true;
    bool allows_by_default = false;
    bool takes_no_exceptions = false;
    bool is_policy_without_exceptions = false;  // that one is a policy
    bool takes_local_rules = true;              // else those of policies alone count
};

class Firewall {
public:
    /// Throws Error where the list of rules or a profile cannot be read.
    Firewall(const Scene& scene, std::uint32_t port);

    /// The service runs, and there are rules or, before Vista, open ports.
    bool is_known() const { return is_known_; }
    std::uint32_t port() const { return port_; }
    const FirewallProfile& profile(Profile which) const;
    /// Some rule lets everybody, or somebody, in there.
    bool lets_in(Profile which) const;
    /// The rule that keeps everybody, or somebody, out there; null where there is none.
    const FirewallRule* blocked_by(Profile which) const;
    /// The rule that lets only some addresses in, where no other one lets all in.
    const FirewallRule* restricted_by(Profile which) const;

private:
    void read_rules(const Scene& scene, HiveRole hive, const std::string& key);
    void read_old_ports(const Scene& scene);
    bool counts(const FirewallRule& rule, Profile which) const;

    std::uint32_t port_;
    bool is_known_ = false;
    std::array<FirewallProfile, 3> profiles_;
    std::vector<FirewallRule> rules_;
};

/// The key that holds the rules, below the control set.
inline constexpr const char* firewall_rules_key =
    "Services\\SharedAccess\\Parameters\\FirewallPolicy\\FirewallRules";
/// The key of the policies, in SOFTWARE.
inline constexpr const char* firewall_policies_key = "Policies\\Microsoft\\WindowsFirewall";

}  // namespace nlafix::nla
