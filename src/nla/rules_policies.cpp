// SPDX-License-Identifier: GPL-2.0-or-later
// Rules about the SOFTWARE hive: policies that override a value in SYSTEM, and CredSSP's own.
// None of them has a repair: policies are reported and never written.
#include "nla/conditions.h"

namespace nlafix::nla {
namespace {

using system::Generation;

constexpr const char* credssp =
    "Microsoft\\Windows\\CurrentVersion\\Policies\\System\\CredSSP\\Parameters";
constexpr const char* suites = "Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002";

Place policy(const char* value) {
    return {HiveRole::software, policies_key, value, Content::number};
}

/// The value that CredSSP reads, and its twin where the policy of that name writes it.
std::vector<Place> oracle_places() {
    return {{HiveRole::software, credssp, "AllowEncryptionOracle"},
            {HiveRole::software, "Policies\\Microsoft\\Windows\\CredentialsDelegation",
             "AllowEncryptionOracle"}};
}

Answer has_number(const std::vector<Observation>& seen, std::uint32_t number) {
    for (const Observation& one : seen) {
        if (one.is_present() && one.number == number) return Found{.seen = one};
    }
    return std::nullopt;
}

Answer is_empty(const std::vector<Observation>& seen, const Scene&) {
    return found_if(seen.front().is_present() && seen.front().elements.empty());
}

}  // namespace

std::vector<Rule> policy_rules() {
    return {
        {.code = "policy-remote-desktop-off",
         .area = Area::policies,
         .scope = Scope::machine,
         .needs = {HiveRole::software},
         .places = {policy("fDenyTSConnections")},
         .since = Generation::xp,
         .cases = {{Severity::blocks, is_set(), "a policy switches Remote Desktop off"}},
         .means = "The policy wins over the setting of the machine: Windows refuses every "
                  "connection before a login begins.",
         .advice = "change the policy where it comes from (gpedit.msc, or the domain)"},
        {.code = "policy-no-cipher-suite",
         .area = Area::policies,
         .scope = Scope::machine,
         .needs = {HiveRole::software},
         .places = {{HiveRole::software, suites, "Functions", Content::comma_separated}},
         .since = Generation::vista,
         .cases = {{Severity::blocks,
                    {"an empty list", is_empty},
                    "no connection could be encrypted: a policy allows no cipher suite"}},
         .means = "The policy \"SSL Cipher Suite Order\" is an empty list, and TLS cannot agree on "
                  "anything.",
         .advice = "change the policy where it comes from, or remove the value"},
        {.code = "policy-security-layer-out-of-range",
         .area = Area::policies,
         .scope = Scope::machine,
         .needs = {HiveRole::software},
         .places = {policy("SecurityLayer")},
         .since = Generation::vista,
         .cases = {{Severity::may_block, is_above(2),
                    "a policy asks for a kind of security that does not exist"}},
         .means = "Windows knows the security layers 0, 1 and 2; the policy wins over the setting "
                  "of the machine.",
         .advice = "change the policy where it comes from"},
        {.code = "policy-max-connections",
         .area = Area::policies,
         .scope = Scope::machine,
         .needs = {HiveRole::software},
         .places = {policy("MaxInstanceCount")},
         .since = Generation::xp,
         .cases = {{Severity::blocks, is_number(0), "a policy allows no connection at all"},
                   {Severity::may_block, is_below(3),
                    "a policy allows so few connections that a forgotten one locks everybody out"}},
         .means =
             "The policy \"Limit number of connections\" wins over the setting of the machine.",
         .advice = "change the policy where it comes from"},
        {.code = "policy-high-encryption",
         .area = Area::policies,
         .scope = Scope::machine,
         .needs = {HiveRole::software},
         .places = {policy("MinEncryptionLevel")},
         .since = Generation::xp,
         .cases = {{Severity::may_block, is_number(4), "a policy takes only FIPS encryption"}},
         .means = "Clients that cannot do FIPS 140 encryption are refused.",
         .advice = "try a current client; else change the policy where it comes from"},
        {.code = "credssp-patched-clients-only",
         .area = Area::encryption,
         .scope = Scope::machine,
         .needs = {HiveRole::software},
         .places = oracle_places(),
         .since = Generation::vista,
         .cases = {{Severity::may_block,
                    {"0", [](const auto& seen, const Scene&) { return has_number(seen, 0); }},
                    "only clients with the CredSSP update of 2018 are let in"}},
         .means = "The server refuses clients that are not patched against CVE-2018-0886.",
         .advice = "update the client"},
        {.code = "credssp-vulnerable",
         .area = Area::encryption,
         .scope = Scope::machine,
         .needs = {HiveRole::software},
         .places = oracle_places(),
         .since = Generation::vista,
         .cases = {{Severity::note,
                    {"2", [](const auto& seen, const Scene&) { return has_number(seen, 2); }},
                    "logins are open to an attack that was closed in 2018"}},
         .means =
             "CredSSP takes unpatched clients and servers, and is vulnerable to CVE-2018-0886.",
         .advice = "update both sides, then set it to 1 or remove it"},
        {.code = "policy-nla-required",
         .area = Area::policies,
         .scope = Scope::machine,
         .needs = {HiveRole::software},
         .places = {policy("UserAuthentication")},
         .since = Generation::vista,
         .cases = {{Severity::note, is_set(), "a policy requires network level authentication"}},
         .means = "The policy wins over the setting of the machine: users must prove who they are "
                  "before they see a login screen.",
         .advice = "change the policy where it comes from; the setting in SYSTEM does not help"},
    };
}

}  // namespace nlafix::nla
