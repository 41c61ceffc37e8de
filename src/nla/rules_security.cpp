// SPDX-License-Identifier: GPL-2.0-or-later
// Rules about Lsa, SCHANNEL and the clock. None of them has a repair.
#include "nla/conditions.h"

namespace nlafix::nla {
namespace {

using system::Generation;

const std::string lsa = "Control\\Lsa";
const std::string msv1_0 = "Control\\Lsa\\MSV1_0";

/// More than 128-bit encryption, which every client since Windows 2000 can do.
Answer wants_more_than_128_bits(const std::vector<Observation>& seen, const Scene&) {
    return found_if(seen.front().is_present() && (seen.front().number & ~0x20000000U) != 0);
}

/// Versions of TLS, oldest first, as the places of a rule have them: two values each.
constexpr const char* tls_1_0_server =
    "Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.0\\Server";
constexpr const char* tls_1_1_server =
    "Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.1\\Server";
constexpr const char* tls_1_2_server =
    "Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Server";
constexpr const char* tls_1_3_server =
    "Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.3\\Server";
constexpr const char* tls_1_0_client =
    "Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.0\\Client";
constexpr const char* tls_1_1_client =
    "Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.1\\Client";
constexpr const char* tls_1_2_client =
    "Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Client";
constexpr const char* tls_1_3_client =
    "Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.3\\Client";

std::vector<Place> tls_places(std::initializer_list<const char*> keys) {
    std::vector<Place> places;
    for (const char* key : keys) {
        places.push_back(number_in(key, "Enabled"));
        places.push_back(number_in(key, "DisabledByDefault"));
    }
    return places;
}

/// Whether Windows offers this version of TLS when no value says otherwise. 1.3, which only the
/// latest have, is offered by none for what is decided here: it does not stand in for the others.
bool is_offered(std::size_t version, Generation generation) {
    switch (version) {
        case 0: return true;
        case 1:
        case 2: return generation == Generation::unknown || generation >= Generation::win8;
        default: return false;
    }
}

Answer no_version_is_left(const std::vector<Observation>& seen, const Scene& scene) {
    for (std::size_t version = 0; 2 * version < seen.size(); ++version) {
        const Observation& enabled = seen[2 * version];
        const Observation& off_by_default = seen[2 * version + 1];
        const bool is_switched_off = (enabled.is_present() && enabled.number == 0) ||
                                     (off_by_default.is_present() && off_by_default.number != 0);
        if (is_switched_off) continue;
        const bool is_switched_on = enabled.is_present() || off_by_default.is_present();
        if (is_switched_on || is_offered(version, scene.generation())) return std::nullopt;
    }
    return Found{.detail = "every version is switched off"};
}

std::vector<Rule> lsa_rules() {
    return {
        {.code = "ntlm-refused",
         .area = Area::logins,
         .places = {number_in(msv1_0, "RestrictReceivingNTLMTraffic")},
         .since = Generation::win7,
         .cases = {{Severity::may_block, is_set(), "logins by NTLM are refused"}},
         .means = "Only Kerberos is left: whoever connects by address, from outside the domain, or "
                  "as a local user does not get in.",
         .advice = "connect by the machine's full name from the domain; else set it to 0, once "
                   "Windows can be reached"},
        {.code = "ntlm-too-strict",
         .area = Area::logins,
         .places = {number_in(msv1_0, "NtlmMinServerSec",
                              {{Generation::xp, 0}, {Generation::win7, 0x20000000}})},
         .since = Generation::xp,
         .cases = {{Severity::may_block,
                    {"more than 0x20000000 (128-bit encryption)", wants_more_than_128_bits},
                    "the server asks more of a login by NTLM than some clients can do"}},
         .means = "Clients that cannot do NTLMv2 session security are refused.",
         .advice = "try a current client"},
        {.code = "lm-level-low",
         .area = Area::logins,
         .places = {number_in(lsa, "LmCompatibilityLevel",
                              {{Generation::xp, 0},
                               {Generation::server2003, 2},
                               {Generation::vista, 3, "absent (in effect 3)"}})},
         .since = Generation::xp,
         .cases = {{Severity::may_block, is_below(3),
                    "the machine speaks an old form of NTLM, which its domain may refuse"}},
         .means = "It sends LM or NTLM answers, and a domain controller that wants NTLMv2 refuses "
                  "them.",
         .advice = "set it to 3 or more at the console of Windows"},
        {.code = "domain-credentials-blocked",
         .area = Area::logins,
         .places = {number_in(lsa, "disabledomaincreds", {{Generation::xp, 0}})},
         .since = Generation::xp,
         .cases = {{Severity::may_block, is_set(),
                    "the machine does not keep credentials for the network"}},
         .means = "Credentials that the login hands on cannot be stored, and what relies on them "
                  "fails.",
         .advice = "set it to 0 at the console of Windows, if the login fails for domain users"},
        {.code = "fips-mode",
         .area = Area::encryption,
         .places = {number_in("Control\\Lsa\\FipsAlgorithmPolicy", "Enabled",
                              {{Generation::vista, 0}})},
         .since = Generation::vista,
         .cases = {{Severity::may_block, is_set(), "the machine takes only FIPS encryption"}},
         .means = "Clients and certificates that cannot do FIPS 140 encryption are refused.",
         .advice = "try a current client; else ask who wanted FIPS mode"},
        {.code = "fips-mode-before-vista",
         .area = Area::encryption,
         .places = {number_in(lsa, "FipsAlgorithmPolicy", {{Generation::xp, 0}})},
         .since = Generation::xp,
         .until = Generation::server2003,
         .cases = {{Severity::may_block, is_set(), "the machine takes only FIPS encryption"}},
         .means = "The same setting as FipsAlgorithmPolicy\\Enabled, where Windows XP and Server "
                  "2003 keep it.",
         .advice = "try a client that can do it; else ask who wanted FIPS mode"},
        {.code = "lsa-protection",
         .area = Area::logins,
         .places = {number_in(lsa, "RunAsPPL")},
         .since = Generation::win81,
         .cases = {{Severity::note, is_set(), "LSA protection is on"}},
         .means = "Windows loads no security package that Microsoft did not sign; tspkg is signed.",
         .advice = "nothing, unless a package of another vendor is needed for the login"},
    };
}

std::vector<Rule> tls_and_clock_rules() {
    return {
        {.code = "no-tls-server",
         .area = Area::encryption,
         .places = tls_places({tls_1_0_server, tls_1_1_server, tls_1_2_server, tls_1_3_server}),
         .since = Generation::xp,
         .cases = {{Severity::blocks,
                    {"Enabled 0 or DisabledByDefault 1 for every version that Windows offers",
                     no_version_is_left},
                    "no connection could be encrypted: every version of TLS is switched off"}},
         .means = "Network level authentication runs inside TLS, and the server offers no version "
                  "of it.",
         .advice =
             "let Windows decide: remove the values below SCHANNEL\\Protocols\\TLS 1.2\\Server "
             "from the recovery environment"},
        {.code = "no-tls-client",
         .area = Area::encryption,
         .places = tls_places({tls_1_0_client, tls_1_1_client, tls_1_2_client, tls_1_3_client}),
         .since = Generation::xp,
         .cases = {{Severity::note,
                    {"Enabled 0 or DisabledByDefault 1 for every version that Windows offers",
                     no_version_is_left},
                    "the machine itself cannot open a TLS connection"}},
         .means = "Logins to this machine do not need it, but a Remote Desktop gateway or license "
                  "server may not be reached.",
         .advice =
             "let Windows decide: remove the values below SCHANNEL\\Protocols\\TLS 1.2\\Client"},
        {.code = "clock-is-utc",
         .area = Area::startup,
         .places = {number_in("Control\\TimeZoneInformation", "RealTimeIsUniversal")},
         .cases = {{Severity::note, is_set(), "Windows reads the hardware clock as UTC"}},
         .means =
             "If the clock is kept in local time, Windows is hours wrong, and Kerberos refuses "
             "logins beyond five minutes.",
         .advice = "see that the machine's clock is UTC, as most clouds have it"},
    };
}

}  // namespace

std::vector<Rule> security_rules() {
    // What leaves nobody in comes first: a verdict names the first that was found.
    std::vector<Rule> all = tls_and_clock_rules();
    for (Rule& rule : lsa_rules()) all.push_back(std::move(rule));
    return all;
}

}  // namespace nlafix::nla
