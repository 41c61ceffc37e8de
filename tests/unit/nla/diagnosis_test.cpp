// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/diagnosis.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "hive_builder.h"
#include "unit/nla/diagnosis_tree.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using nla::HiveRole;
using nla::Severity;
using test::Content;
using test::Hives;
using G = f::Generation;
using Strings = std::vector<std::string>;

namespace {

const std::string server = "Control\\Terminal Server";
const std::string listener = server + "\\WinStations\\RDP-Tcp";

/// Something is found by (almost) every rule of Windows 10 at once.
std::vector<Content> everything_wrong() {
    std::vector<Content> all;
    const auto add = [&all](const std::string& key, const char* name, std::uint32_t number) {
        all.push_back(test::number(HiveRole::system, key, name, number));
    };
    const auto policy = [&all](const std::string& key, const char* name, std::uint32_t number) {
        all.push_back(test::number(HiveRole::software, key, name, number));
    };
    add(server, "fDenyTSConnections", 1);
    add(server, "fAllowSecProtocolNegotiation", 0);
    add(listener, "fEnableWinStation", 0);
    add(listener, "SecurityLayer", 9);
    add(listener, "fAllowSecProtocolNegotiation", 0);
    add(listener, "PortNumber", 3390);
    add(listener, "MinEncryptionLevel", 4);
    add(listener, "UserAuthentication", 1);
    all.push_back(
        {HiveRole::system, listener, f::binary_value(u"SSLCertificateSHA1Hash", f::Bytes(20))});
    for (const char* service :
         {"TermService", "KeyIso", "SessionEnv", "UmRdpService", "Netlogon"}) {
        add(std::string("Services\\") + service, "Start", 4);
    }
    all.push_back(
        {HiveRole::system, "Services\\Tcpip\\Parameters", f::sz_value(u"Domain", u"example.org")});
    const std::string lsa = "Control\\Lsa";
    add(lsa, "LmCompatibilityLevel", 1);
    add(lsa, "disabledomaincreds", 1);
    add(lsa, "RunAsPPL", 1);
    add(lsa + "\\MSV1_0", "RestrictReceivingNTLMTraffic", 2);
    add(lsa + "\\MSV1_0", "NtlmMinServerSec", 0x20080000);
    add(lsa + "\\FipsAlgorithmPolicy", "Enabled", 1);
    add("Control\\TimeZoneInformation", "RealTimeIsUniversal", 1);
    for (const char* version : {"1.0", "1.1", "1.2", "1.3"}) {
        for (const char* side : {"Server", "Client"}) {
            const std::string key =
                std::string("Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS ") + version +
                "\\" + side;
            add(key, "Enabled", 0);
            add(key, "DisabledByDefault", 1);
        }
    }
    all.push_back({HiveRole::system, lsa + "\\OSConfig",
                   f::multi_sz_value(u"Security Packages", {u"kerberos", u"mimilib"})});
    all.push_back(
        {HiveRole::system, lsa,
         f::multi_sz_value(u"Security Packages", {u"mimilib", u"mimilib", u"", u"behind"})});
    all.push_back({HiveRole::system, "Control\\SecurityProviders",
                   f::sz_value(u"SecurityProviders", u"mimilib.dll, mimilib.dll")});
    policy("Microsoft\\Windows\\CurrentVersion\\Policies\\System\\CredSSP\\Parameters",
           "AllowEncryptionOracle", 2);
    all.push_back({HiveRole::software,
                   "Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002",
                   f::sz_value(u"Functions", u"")});
    return all;
}

/// What the rules that look at a value would find; they cannot be asked when it is damaged.
std::set<std::string> codes_that_need(const Content& content) {
    std::set<std::string> codes;
    for (const nla::Rule& rule : nla::rules()) {
        for (const nla::Place& place : rule.places) {
            if (place.hive == content.hive && content.key == place.key &&
                test::same_name(content.value.name, test::wide(place.value))) {
                codes.insert(rule.code);
            }
        }
    }
    return codes;
}

std::set<std::string> as_set(const Strings& codes) {
    return {codes.begin(), codes.end()};
}

void damage(f::Built& built, const std::string& key, const std::u16string& name) {
    const std::uint32_t cell = built.value(test::wide(key), name).key_value;
    f::put_u32(built.bytes, f::field(cell, f::key_value::data_size), 0x7ffffff0);
}

Content policy(const char* name, std::uint32_t number) {
    return test::number(HiveRole::software, nla::policies_key, name, number);
}

const nla::Finding& finding_of(const nla::Diagnosis& diagnosis, const std::string& code) {
    for (const nla::Finding& finding : diagnosis.findings) {
        if (code == finding.code()) return finding;
    }
    FAIL("no finding " << code);
    return diagnosis.findings.front();
}

}  // namespace

TEST_CASE("Each value damaged in turn still gives the findings that do not need it") {
    const std::vector<Content> contents = everything_wrong();
    const auto all = as_set(test::codes_of(Hives(G::win10, contents).diagnosis()));
    // Every rule that Windows 10 has, but those that exclude another one or want another policy.
    CHECK(all.size() >= 30);
    int damaged = 0;
    for (const Content& content : contents) {
        const std::set<std::string> needing = codes_that_need(content);
        if (needing.empty()) continue;  // it says that the machine is in a domain
        CAPTURE(content.key);
        CAPTURE(std::string(content.value.name.begin(), content.value.name.end()));
        Hives hives(G::win10, contents);
        const bool in_system = content.hive == HiveRole::system;
        damage(in_system ? hives.system() : hives.software(),
               in_system ? "ControlSet001\\" + content.key : content.key, content.value.name);
        const nla::Diagnosis diagnosis = hives.diagnosis();
        std::set<std::string> expected = all;
        for (const std::string& code : needing) expected.erase(code);
        // That one of the two lists cannot be read is an error of the plan.
        const bool is_list =
            content.key == "Control\\Lsa" && content.value.name == u"Security Packages";
        const bool is_other_list = content.value.name == u"SecurityProviders";
        if (!is_list && !is_other_list) expected.insert("value-unreadable");
        CHECK(as_set(test::codes_of(diagnosis)) == expected);
        ++damaged;
    }
    CHECK(damaged > 40);
}

TEST_CASE("Absent and unreadable are not the same") {
    Hives hives(G::win10, {});
    damage(hives.system(), "ControlSet001\\Services\\KeyIso", u"Start");
    const nla::Diagnosis diagnosis = hives.diagnosis();
    const nla::Finding finding = finding_of(diagnosis, "value-unreadable");
    CHECK(finding.severity == Severity::may_block);
    CHECK(finding.seen.state == nla::Observation::State::unreadable);
    CHECK(std::string(finding.seen.place.key) == "Services\\KeyIso");
    CHECK_FALSE(finding.seen.trouble.empty());
    int absent = 0;
    for (const nla::LookedAt& value : diagnosis.looked_at) {
        if (value.seen.state == nla::Observation::State::absent_value) ++absent;
    }
    CHECK(absent > 0);
    CHECK(test::codes_of(diagnosis) == Strings{"value-unreadable", "nla-required"});
}

TEST_CASE("A number of another type or length is unreadable, and its bytes are shown") {
    const auto trouble = [](const f::Value& value) {
        const Hives hives(G::win7, {{HiveRole::system, listener, value}});
        return finding_of(hives.diagnosis(), "value-unreadable").seen.trouble;
    };
    CHECK(
        trouble(f::sz_value(u"PortNumber", u"3389")) ==
        "has the wrong type, expected REG_DWORD (REG_SZ, 10 bytes: 33 00 33 00 38 00 39 00 00 00)");
    CHECK(trouble(f::make_value(u"PortNumber", f::reg_dword, f::bytes({1, 2}))) ==
          "has 2 bytes, a REG_DWORD has 4 (REG_DWORD, 2 bytes: 01 02)");
}

TEST_CASE("A policy wins over the value in SYSTEM, whatever either says") {
    const Content off = test::number(HiveRole::system, server, "fDenyTSConnections", 1);
    SUBCASE("off in SYSTEM, on by policy: it does not count") {
        const Hives hives(G::win7, {off, policy("fDenyTSConnections", 0)});
        const nla::Diagnosis diagnosis = hives.diagnosis();
        const nla::Finding finding = finding_of(diagnosis, "remote-desktop-off");
        CHECK(finding.severity == Severity::note);
        CHECK(finding.overridden_by.find("SOFTWARE\\Policies") == 0);
        CHECK(finding.overridden_by.find("fDenyTSConnections is 0") != std::string::npos);
        CHECK(nla::verdict(diagnosis.findings) == "");
    }
    SUBCASE("on in SYSTEM, off by policy: the policy blocks") {
        const Hives hives(G::win7, {policy("fDenyTSConnections", 1)});
        CHECK(test::codes_of(hives.diagnosis()) == Strings{"policy-remote-desktop-off"});
    }
    SUBCASE("both off: the policy blocks, the other is a note") {
        const Hives hives(G::win7, {off, policy("fDenyTSConnections", 1)});
        const nla::Diagnosis diagnosis = hives.diagnosis();
        CHECK(finding_of(diagnosis, "policy-remote-desktop-off").severity == Severity::blocks);
        CHECK(finding_of(diagnosis, "remote-desktop-off").severity == Severity::note);
    }
    SUBCASE("without SOFTWARE, SYSTEM counts") {
        const Hives hives(G::win7, {off, policy("fDenyTSConnections", 0)});
        const nla::Diagnosis diagnosis = hives.diagnosis(false);
        CHECK(finding_of(diagnosis, "remote-desktop-off").severity == Severity::blocks);
    }
}

TEST_CASE("SOFTWARE says the generation for certain, SYSTEM likely or as a guess") {
    const std::string version = "Microsoft\\Windows NT\\CurrentVersion";
    const Content build = {HiveRole::software, version,
                           f::sz_value(u"CurrentBuildNumber", u"7601")};
    const Hives hives(G::win10, {build});
    CHECK(hives.diagnosis().windows.generation == system::Generation::win7);
    CHECK(hives.diagnosis().windows.sureness == system::Sureness::certain);
    CHECK(hives.diagnosis(false).windows.generation == system::Generation::win10);
    CHECK(hives.diagnosis(false).windows.sureness == system::Sureness::guessed);
}

TEST_CASE("Where nothing tells the generation, what any of them ships is stock") {
    f::Key root = f::system_tree(G::win7, {true, true});
    root.name = u"SomebodyElse";
    test::put(root, test::number(HiveRole::system, "Control\\Lsa", "LmCompatibilityLevel", 0));
    test::put(root, test::number(HiveRole::system, listener, "PortNumber", 1));
    const f::Built built = f::build(root);
    const regf::Hive hive(built.bytes);
    const auto sets =
        system::choose_control_sets(hive, system::read_select(hive), system::Choice{});
    const nla::Diagnosis diagnosis = nla::diagnose(hive, sets, {});
    CHECK(diagnosis.windows.generation == system::Generation::unknown);
    CHECK(test::codes_of(diagnosis) == Strings{"port-changed"});
}

TEST_CASE("Every value is looked at once, with its stock value") {
    const nla::Diagnosis diagnosis = Hives(G::win10, {}).diagnosis();
    std::set<std::string> places;
    for (const nla::LookedAt& value : diagnosis.looked_at) {
        CHECK(places.insert(nla::key_of(value.seen) + ":" + value.seen.place.value).second);
        CHECK_FALSE(value.stock.empty());
    }
    CHECK(places.size() > 40);
}

TEST_CASE("Each control set has findings of its own, and one verdict") {
    f::Key root = f::system_tree(G::win7, {true, true});
    root.subkeys.push_back(f::control_set(G::win7, {true, true}, u"ControlSet002"));
    f::value_at(root, u"ControlSet001\\Services\\TermService", u"Start").data = f::dword(4);
    f::value_at(root, u"ControlSet002\\Services\\TermService", u"Start").data = f::dword(4);
    const f::Built built = f::build(root);
    const regf::Hive hive(built.bytes);
    system::Choice all;
    all.kind = system::Choice::Kind::all;
    const auto sets = system::choose_control_sets(hive, system::read_select(hive), all);
    const nla::Diagnosis diagnosis = nla::diagnose(hive, sets, {});
    REQUIRE(diagnosis.findings.size() == 2);
    CHECK(diagnosis.findings[0].seen.control_set == 1);
    CHECK(diagnosis.findings[1].seen.control_set == 2);
    CHECK(nla::verdict(diagnosis.findings).find("more reason") == std::string::npos);
}

TEST_CASE("A verdict names the reason that explains most, and how many more there are") {
    const auto verdict = [](const std::vector<Content>& contents) {
        return nla::verdict(Hives(G::win7, contents).diagnosis().findings);
    };
    const Content off = test::number(HiveRole::system, server, "fDenyTSConnections", 1);
    const Content service = test::number(HiveRole::system, "Services\\TermService", "Start", 4);
    const Content port = test::number(HiveRole::system, listener, "PortNumber", 1);
    CHECK(verdict({}) == "");
    CHECK(verdict({off}) == "Remote Desktop is switched off");
    CHECK(verdict({service, off}) == "Remote Desktop is switched off, and 1 more reason");
    CHECK(verdict({port, off}) == "Remote Desktop is switched off");
    CHECK(verdict({port}) ==
          "some logins may fail: Remote Desktop listens on another port than 3389, and 1 more "
          "reason");  // that the firewall does not know the port
}
