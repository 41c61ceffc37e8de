// SPDX-License-Identifier: GPL-2.0-or-later
// Every rule, in both directions, on each generation whose stock value is another one. A new rule
// wants a row here.
#include "nla/rule.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "causes.h"
#include "hive_builder.h"
#include "nla/diagnosis.h"
#include "unit/nla/diagnosis_tree.h"
#include "unit/nla/evidence_rows.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using test::Content;
using test::Row;
using G = f::Generation;

namespace {

const std::string server = "Control\\Terminal Server";
const std::string listener = server + "\\WinStations\\RDP-Tcp";
const std::string lsa = "Control\\Lsa";
const std::string msv1_0 = lsa + "\\MSV1_0";
const std::string tls = "Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS ";
const std::string policies = nla::policies_key;
const std::string credssp =
    "Microsoft\\Windows\\CurrentVersion\\Policies\\System\\CredSSP\\Parameters";
const std::string suites = "Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002";

/// Values below the control set.
Content number(const std::string& key, const char* value, std::uint32_t stored) {
    return test::number(nla::HiveRole::system, key, value, stored);
}
/// Values below the root of SOFTWARE.
Content policy(const std::string& key, const char* value, std::uint32_t stored) {
    return test::number(nla::HiveRole::software, key, value, stored);
}
Content packages(std::initializer_list<std::u16string_view> list) {
    return {nla::HiveRole::system, lsa, f::multi_sz_value(u"Security Packages", list)};
}
Content os_config(std::initializer_list<std::u16string_view> list) {
    return {nla::HiveRole::system, lsa + "\\OSConfig",
            f::multi_sz_value(u"Security Packages", list)};
}
Content providers(std::u16string_view text) {
    return {nla::HiveRole::system, "Control\\SecurityProviders",
            f::sz_value(u"SecurityProviders", text)};
}
Content functions(std::u16string_view text) {
    return {nla::HiveRole::software, suites, f::sz_value(u"Functions", text)};
}
Content domain() {
    return {nla::HiveRole::system, "Services\\Tcpip\\Parameters",
            f::sz_value(u"Domain", u"example.org")};
}

std::vector<Content> tls_off(const char* side, std::initializer_list<const char*> versions) {
    std::vector<Content> contents;
    for (const char* version : versions) {
        contents.push_back(number(tls + version + "\\" + side, "Enabled", 0));
    }
    return contents;
}

std::vector<Row> listener_rows() {
    return {
        {"remote-desktop-off", G::xp, {number(server, "fDenyTSConnections", 1)}, true},
        {"remote-desktop-off", G::win10, {number(server, "fDenyTSConnections", 1)}, true},
        {"remote-desktop-off", G::win10, {number(server, "fDenyTSConnections", 0)}, false},
        {"listener-off", G::xp, {number(listener, "fEnableWinStation", 0)}, true},
        {"listener-off", G::win10, {number(listener, "fEnableWinStation", 1)}, false},
        {"security-layer-out-of-range", G::win7, {number(listener, "SecurityLayer", 3)}, true},
        {"security-layer-out-of-range", G::win7, {number(listener, "SecurityLayer", 1)}, false},
        {"security-layer-out-of-range", G::win10, {number(listener, "SecurityLayer", 0)}, false},
        {"security-layer-out-of-range", G::win10, {number(listener, "SecurityLayer", 2)}, false},
        {"security-layer-out-of-range", G::xp, {number(listener, "SecurityLayer", 3)}, false},
        {"negotiation-off", G::win7, {number(listener, "fAllowSecProtocolNegotiation", 0)}, true},
        {"negotiation-off", G::win10, {number(listener, "fAllowSecProtocolNegotiation", 1)}, false},
        {"negotiation-off-everywhere",
         G::win81,
         {number(server, "fAllowSecProtocolNegotiation", 0)},
         true},
        {"negotiation-off-everywhere",
         G::win81,
         {number(server, "fAllowSecProtocolNegotiation", 1)},
         false},
        {"port-changed", G::win10, {number(listener, "PortNumber", 3390)}, true},
        {"port-changed", G::xp, {number(listener, "PortNumber", 3389)}, false},
        {"encryption-fips", G::win7, {number(listener, "MinEncryptionLevel", 4)}, true},
        {"encryption-fips", G::win7, {number(listener, "MinEncryptionLevel", 3)}, false},
        // 0 is stock before Windows 8, 1 from then on; 1 is an exception to the rule of stock.
        {"protocol-foreign",
         G::xp,
         {{nla::HiveRole::system, listener, f::sz_value(u"WdName", u"Other 1.0")}},
         true},
        {"layer-0-with-nla",
         G::win7,
         {number(listener, "SecurityLayer", 0), number(listener, "UserAuthentication", 1)},
         true},
        {"layer-0-with-nla",
         G::win7,
         {number(listener, "SecurityLayer", 1), number(listener, "UserAuthentication", 1)},
         false},
        {"nla-required", G::win7, {number(listener, "UserAuthentication", 1)}, true},
        {"nla-required", G::win7, {}, false},
        {"nla-required", G::win81, {}, true},
        {"nla-required", G::win10, {}, true},
        {"nla-required", G::win10, {number(listener, "UserAuthentication", 0)}, false},
    };
}

std::vector<Row> service_rows() {
    std::vector<Row> rows;
    const auto add = [&rows](const char* code, const std::string& service, G generation) {
        rows.push_back({code, generation, {number("Services\\" + service, "Start", 4)}, true});
        rows.push_back({code, generation, {number("Services\\" + service, "Start", 3)}, false});
        rows.push_back({code, generation, {number("Services\\" + service, "Start", 2)}, false});
    };
    for (const G generation : {G::win7, G::win81, G::win10}) {
        add("termservice-disabled", "TermService", generation);
        add("keyiso-disabled", "KeyIso", generation);
        add("sessionenv-disabled", "SessionEnv", generation);
        add("umrdpservice-disabled", "UmRdpService", generation);
    }
    add("termservice-disabled", "TermService", G::xp);
    const Content disabled = number("Services\\Netlogon", "Start", 4);
    rows.push_back({"netlogon-disabled", G::win10, {disabled, domain()}, true});
    rows.push_back({"netlogon-disabled", G::nt4, {disabled, domain()}, true});
    rows.push_back({"netlogon-disabled", G::win10, {disabled}, false});
    rows.push_back({"netlogon-disabled",
                    G::win10,
                    {number("Services\\Netlogon", "Start", 2), domain()},
                    false});
    return rows;
}

std::vector<Row> policy_rows() {
    return {
        {"policy-remote-desktop-off", G::win10, {policy(policies, "fDenyTSConnections", 1)}, true},
        {"policy-remote-desktop-off", G::win10, {policy(policies, "fDenyTSConnections", 0)}, false},
        {"policy-nla-required", G::win7, {policy(policies, "UserAuthentication", 1)}, true},
        {"policy-nla-required", G::win7, {policy(policies, "UserAuthentication", 0)}, false},
        {"policy-security-layer-out-of-range",
         G::win10,
         {policy(policies, "SecurityLayer", 3)},
         true},
        {"policy-security-layer-out-of-range",
         G::win10,
         {policy(policies, "SecurityLayer", 2)},
         false},
        {"policy-no-cipher-suite", G::win10, {functions(u"")}, true},
        {"policy-no-cipher-suite", G::win10, {functions(u" , ")}, true},
        {"policy-no-cipher-suite", G::win10, {functions(u"TLS_AES_256_GCM_SHA384")}, false},
        {"credssp-patched-clients-only",
         G::win10,
         {policy(credssp, "AllowEncryptionOracle", 0)},
         true},
        {"credssp-patched-clients-only",
         G::win10,
         {policy(credssp, "AllowEncryptionOracle", 1)},
         false},
        {"credssp-vulnerable", G::win7, {policy(credssp, "AllowEncryptionOracle", 2)}, true},
        {"credssp-vulnerable", G::win7, {policy(credssp, "AllowEncryptionOracle", 1)}, false},
    };
}

std::vector<Row> list_rows() {
    return {
        {"packages-replaced", G::xp, {packages({u"tspkg"})}, true},
        {"packages-replaced", G::win7, {packages({u"tspkg"})}, true},
        {"packages-replaced", G::win7, {packages({u"KERBEROS", u"tspkg"})}, false},
        // From Windows 8.1 on the stock packages do not come from this list.
        {"packages-replaced", G::win81, {packages({u"tspkg"})}, false},
        {"packages-replaced", G::win10, {packages({u"tspkg"})}, false},
        {"packages-incomplete", G::win7, {packages({u"kerberos", u"tspkg"})}, true},
        {"packages-incomplete", G::xp, {packages({u"msv1_0"})}, true},
        {"packages-incomplete", G::win7, {packages({u"kerberos", u"msv1_0"})}, false},
        {"packages-incomplete", G::win7, {packages({u"tspkg"})}, false},
        {"os-config-without-tspkg", G::win81, {os_config({u"kerberos", u"msv1_0"})}, true},
        {"os-config-without-tspkg", G::win81, {}, false},
        {"os-config-without-tspkg", G::win10, {os_config({})}, false},
        {"packages-behind-empty",
         G::win7,
         {packages({u"kerberos", u"msv1_0", u"", u"tspkg"})},
         true},
        {"packages-behind-empty", G::win7, {packages({u"kerberos", u"msv1_0", u"tspkg"})}, false},
        {"disguised-package", G::win10, {packages({u"tspkg\u200b"})}, true},
        {"disguised-package", G::win10, {packages({u"KERBEROS\xdb40\xdc41"})}, true},  // a tag
        {"disguised-package", G::win10, {packages({u"tspkg", u"other\u200b"})}, false},
        {"disguised-provider", G::win7, {providers(u"credssp\u00ad.dll")}, true},
        {"disguised-provider", G::win7, {providers(u"credssp.dll")}, false},
        {"unknown-package", G::win10, {packages({u"tspkg\u200b"})}, false},
        {"unknown-package", G::win10, {packages({u"\"\"", u"mimilib"})}, true},
        {"unknown-package", G::win10, {packages({u"\"\"", u"tspkg"})}, false},
        {"unknown-package", G::xp, {}, false},
        {"unknown-provider", G::xp, {providers(u"schannel.dll, mimilib.dll")}, true},
        {"unknown-provider", G::xp, {}, false},
        {"unknown-provider", G::nt4, {}, false},
        {"unknown-os-config-package", G::win81, {os_config({u"tspkg", u"mimilib"})}, true},
        {"unknown-os-config-package", G::win81, {}, false},
        {"duplicate-package", G::win7, {packages({u"kerberos", u"msv1_0", u"Kerberos"})}, true},
        {"duplicate-package", G::win7, {}, false},
        {"duplicate-provider", G::xp, {providers(u"digest.dll,DIGEST.DLL")}, true},
        {"duplicate-provider", G::win10, {}, false},
    };
}

std::vector<Row> security_rows() {
    const std::vector<Content> all_off = tls_off("Server", {"1.0", "1.1", "1.2"});
    std::vector<Content> one_on = all_off;
    one_on.back() = number(tls + "1.2\\Server", "Enabled", 1);
    const std::vector<Content> by_default = {number(tls + "1.0\\Server", "DisabledByDefault", 1),
                                             number(tls + "1.1\\Server", "DisabledByDefault", 1),
                                             number(tls + "1.2\\Server", "DisabledByDefault", 1)};
    return {
        {"no-tls-server", G::win10, all_off, true},
        {"no-tls-server", G::win10, by_default, true},
        {"no-tls-server", G::win10, one_on, false},
        {"no-tls-server", G::win10, tls_off("Server", {"1.0", "1.1"}), false},
        // Windows 7 offers no more than 1.0 unless it is told to.
        {"no-tls-server", G::win7, tls_off("Server", {"1.0"}), true},
        {"no-tls-server", G::win7, one_on, false},
        {"no-tls-server", G::win7, {}, false},
        {"no-tls-client", G::win10, tls_off("Client", {"1.0", "1.1", "1.2"}), true},
        {"no-tls-client", G::win10, tls_off("Client", {"1.0"}), false},
        {"no-tls-client", G::win10, all_off, false},
        {"clock-is-utc",
         G::win10,
         {number("Control\\TimeZoneInformation", "RealTimeIsUniversal", 1)},
         true},
        {"clock-is-utc",
         G::win10,
         {number("Control\\TimeZoneInformation", "RealTimeIsUniversal", 0)},
         false},
        {"ntlm-refused", G::win10, {number(msv1_0, "RestrictReceivingNTLMTraffic", 2)}, true},
        {"ntlm-refused", G::win10, {number(msv1_0, "RestrictReceivingNTLMTraffic", 0)}, false},
        {"ntlm-too-strict", G::win10, {number(msv1_0, "NtlmMinServerSec", 0x20080000)}, true},
        {"ntlm-too-strict", G::win10, {number(msv1_0, "NtlmMinServerSec", 0x20000000)}, false},
        {"ntlm-too-strict", G::xp, {number(msv1_0, "NtlmMinServerSec", 0)}, false},
        {"ntlm-too-strict", G::xp, {number(msv1_0, "NtlmMinServerSec", 0x80000)}, true},
        // 0 is stock on XP, and old NTLM everywhere else.
        {"lm-level-low", G::xp, {number(lsa, "LmCompatibilityLevel", 0)}, false},
        {"lm-level-low", G::xp, {number(lsa, "LmCompatibilityLevel", 1)}, true},
        {"lm-level-low", G::win7, {number(lsa, "LmCompatibilityLevel", 0)}, true},
        {"lm-level-low", G::win10, {number(lsa, "LmCompatibilityLevel", 2)}, true},
        {"lm-level-low", G::win10, {number(lsa, "LmCompatibilityLevel", 3)}, false},
        {"domain-credentials-blocked", G::win10, {number(lsa, "disabledomaincreds", 1)}, true},
        {"domain-credentials-blocked", G::xp, {number(lsa, "disabledomaincreds", 0)}, false},
        {"fips-mode", G::win10, {number(lsa + "\\FipsAlgorithmPolicy", "Enabled", 1)}, true},
        {"fips-mode", G::win7, {number(lsa + "\\FipsAlgorithmPolicy", "Enabled", 0)}, false},
        {"fips-mode-before-vista", G::xp, {number(lsa, "FipsAlgorithmPolicy", 1)}, true},
        {"fips-mode-before-vista", G::xp, {number(lsa, "FipsAlgorithmPolicy", 0)}, false},
        {"fips-mode-before-vista", G::win7, {number(lsa, "FipsAlgorithmPolicy", 1)}, false},
        {"lsa-protection", G::win10, {number(lsa, "RunAsPPL", 1)}, true},
        {"lsa-protection", G::win10, {number(lsa, "RunAsPPL", 0)}, false},
        {"lsa-protection", G::win7, {number(lsa, "RunAsPPL", 1)}, false},
    };
}

}  // namespace

std::vector<Row> test::all_rows() {
    std::vector<Row> all;
    for (const auto& rows : {listener_rows(), service_rows(), policy_rows(), list_rows(),
                             security_rows(), test::evidence_rows()}) {
        all.insert(all.end(), rows.begin(), rows.end());
    }
    return all;
}

TEST_CASE("Each rule finds what it is for, and nothing where the value is harmless") {
    for (const Row& row : test::all_rows()) {
        CAPTURE(row.code);
        CAPTURE(static_cast<int>(row.generation));
        const test::Hives hives(row.generation, row.contents);
        CHECK(hives.has(row.code) == row.found);
    }
}

TEST_CASE("Every rule has a row for each direction, and each row a rule") {
    std::set<std::string> found, harmless, codes;
    for (const Row& row : test::all_rows()) (row.found ? found : harmless).insert(row.code);
    // causes_test.cpp finds these, and sees that none is found in a system that is as shipped.
    for (const f::Cause& cause : f::causes()) {
        found.insert(cause.code);
        harmless.insert(cause.code);
    }
    for (const nla::Rule& rule : nla::rules()) {
        CAPTURE(rule.code);
        CHECK(codes.insert(rule.code).second);  // each code once
        CHECK(found.count(rule.code) == 1);
        CHECK(harmless.count(rule.code) == 1);
    }
    CHECK(found == codes);
    CHECK(harmless == codes);
}

TEST_CASE("Every rule says what it means, what to do, and what it looks at") {
    for (const nla::Rule& rule : nla::rules()) {
        CAPTURE(rule.code);
        CHECK((!rule.places.empty() || std::string(rule.looks_at) != ""));
        REQUIRE_FALSE(rule.cases.empty());
        for (const nla::Case& one : rule.cases) {
            REQUIRE(static_cast<bool>(one.condition.finds));
            CHECK(one.condition.when != "");
            CHECK(std::string(one.says) != "");
            CHECK(std::string(one.says).back() != '.');
            CHECK(one.severity >= rule.severity());  // the first is the worst
            const bool names_it = std::string(one.says).find("{}") != std::string::npos;
            if (names_it) CHECK(std::string(rule.subject) != "");
        }
        // A sentence, and a clause.
        CHECK(std::string(rule.means).back() == '.');
        CHECK(rule.to_do() != "");
        CHECK(rule.to_do().back() != '.');
    }
}

TEST_CASE("A stock system has no finding but the two exceptions") {
    for (const G generation :
         {G::nt4, G::xp, G::server2003, G::vista, G::win7, G::win81, G::win10}) {
        CAPTURE(static_cast<int>(generation));
        const test::Hives hives(generation, {number(server, "fDenyTSConnections", 1)});
        for (const nla::Finding& finding : hives.diagnosis().findings) {
            const std::string code = finding.code();
            CAPTURE(code);
            CHECK((code == "remote-desktop-off" || code == "nla-required"));
        }
        CHECK(hives.has("remote-desktop-off") == (generation != G::nt4));
        CHECK(hives.has("nla-required") == (generation >= G::win81));
    }
}

TEST_CASE("Only values of SYSTEM that were agreed on have a repair") {
    std::set<std::string> codes;
    for (const nla::Rule& rule : nla::rules()) {
        if (!rule.repair) continue;
        codes.insert(rule.code);
        CHECK(rule.repair->remedy.writes != "");
        CHECK(std::string(rule.repair->does) != "");
        CHECK(std::string(rule.repair->risk).back() == '.');
    }
    CHECK(codes == std::set<std::string>{"remote-desktop-off",
                                         "listener-off",
                                         "security-layer-out-of-range",
                                         "nla-required",
                                         "termservice-disabled",
                                         "keyiso-disabled",
                                         "sessionenv-disabled",
                                         "umrdpservice-disabled",
                                         "termservice-dll",
                                         "termservice-account",
                                         "service-dependency",
                                         "system-service-disabled",
                                         "max-connections",
                                         "lan-adapter",
                                         "listener-logon-off",
                                         "terminal-server-off",
                                         "drain-mode",
                                         "protocol-foreign",
                                         "firewall-closed",
                                         "packages-replaced",
                                         "packages-incomplete",
                                         "authentication-packages",
                                         "guest-only",
                                         "audit-full",
                                         "setup-unfinished",
                                         "certificate-gone",
                                         "certificate-not-usable",
                                         "certificate-expired",
                                         "certificate-pinned"});
}
