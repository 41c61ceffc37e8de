// SPDX-License-Identifier: GPL-2.0-or-later
// Known causes in whole systems: each is found with its weight, and cured by its repair where it
// has one; systems that are as shipped, or cut down, stay silent.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "causes.h"
#include "nla/diagnosis.h"
#include "nla/repair.h"
#include "prepared_hive.h"
#include "verify/verify.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using G = f::Generation;

namespace {

const std::string listener = "Control\\Terminal Server\\WinStations\\RDP-Tcp";
const std::string term_service = "Services\\TermService";

nla::Diagnosis diagnosis_of(ByteView bytes) {
    const regf::Hive hive(bytes);
    const auto sets = system::choose_control_sets(hive, system::read_select(hive), {});
    return nla::diagnose(hive, sets, {});
}

nla::Diagnosis diagnosis_of(const f::Key& root, G generation) {
    return diagnosis_of(f::build(root, f::hive_options(generation)).bytes);
}

const nla::Finding* find(const nla::Diagnosis& diagnosis, const std::string& code) {
    for (const nla::Finding& finding : diagnosis.findings) {
        if (code == finding.code()) return &finding;
    }
    return nullptr;
}

f::Key tree_of(const f::Cause& cause) {
    f::Key root = f::whole_tree(cause.generation, {true, true});
    cause.change(root);
    return root;
}

/// Something that looks like a cause and is none.
struct NearMiss {
    const char* code;
    G generation;
    std::function<void(f::Key&)> change;
};

std::vector<NearMiss> near_misses() {
    const auto text = [](const std::string& path, const char* name, const std::string& stored) {
        return [=](f::Key& root) { f::put_text(root, path, name, stored); };
    };
    const auto number = [](const std::string& path, const char* name, std::uint32_t stored) {
        return [=](f::Key& root) { f::put_number(root, path, name, stored); };
    };
    const std::string parameters = term_service + "\\Parameters";
    const std::string rules = "Services\\SharedAccess\\Parameters\\FirewallPolicy\\FirewallRules";
    return {
        {"termservice-dll", G::win10,
         text(parameters, "ServiceDll", "C:\\WINDOWS\\system32\\termsrv.dll")},
        {"termservice-dll", G::xp,
         text(parameters, "ServiceDll", "%systemroot%\\SYSTEM32\\TERMSRV.DLL")},
        {"termservice-dll", G::win7,
         text(parameters, "ServiceDll", "\\SystemRoot\\System32\\termsrv.dll")},
        {"termservice-account", G::win10,
         text(term_service, "ObjectName", "NT AUTHORITY\\NetworkService")},
        {"termservice-account", G::xp, text(term_service, "ObjectName", "LocalSystem")},
        {"termservice-image", G::win10,
         text(term_service, "ImagePath",
              "C:\\Windows\\system32\\svchost.exe -k NetworkService -p -s TermService")},
        {"termservice-image", G::win10,
         text(term_service, "ImagePath", "%SystemRoot%\\System32\\svchost.exe -k termsvcs")},
        {"termservice-type", G::win10, number(term_service, "Type", 0x10)},
        {"service-dependency", G::win10,
         [](f::Key& root) {
             f::put(root, term_service, f::multi_sz_value(u"DependOnService", {u"RPCSS", u"+TDI"}));
         }},
        {"system-service-disabled", G::win7, number("Services\\SharedAccess", "Start", 4)},
        {"lan-adapter", G::win10,
         number("Control\\Terminal Server\\lanatable\\{11111111-2222-4333-8444-555555555555}",
                "LanaId", 1)},
        {"max-connections", G::win10, number(listener, "MaxInstanceCount", 10)},
        {"port-shared", G::win7,
         [](f::Key& root) {
             const std::string other = "Control\\Terminal Server\\WinStations\\EH-Tcp";
             f::put_number(root, other, "fEnableWinstation", 0);
             f::put_number(root, other, "PortNumber", 3389);
         }},
        {"firewall-closed", G::win10,
         [=](f::Key& root) {
             f::put_text(root, rules, "RemoteDesktop-UserMode-In-TCP",
                         f::remote_desktop_rule("FALSE"));
             f::put_number(root, "Control\\Terminal Server", "fDenyTSConnections", 1);
         }},
        {"firewall-closed", G::win10,
         [=](f::Key& root) {
             f::put_text(root, rules, "RemoteDesktop-UserMode-In-TCP",
                         f::remote_desktop_rule("FALSE"));
             f::put_text(root, rules, "{ABCD}",
                         "v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort2_10=3000-4000|");
         }},
        {"firewall-blocks-port", G::win10,
         text(rules, "{ABCD}", "v2.30|Action=Block|Active=FALSE|Dir=In|Protocol=6|LPort=3389|")},
        {"firewall-blocks-port", G::win10,
         text(rules, "{ABCD}",
              "v2.30|Action=Block|Active=TRUE|Dir=In|Protocol=6|App=C:\\Games\\game.exe|")},
        {"firewall-port-mismatch", G::win10,
         [=](f::Key& root) {
             f::put_number(root, listener, "PortNumber", 3390);
             f::put_text(root, rules, "{ABCD}", f::remote_desktop_rule("TRUE", "3390"));
         }},
        {"guest-only", G::xp, number("Control\\Lsa", "forceguest", 1)},
        {"audit-full", G::win10, number("Control\\Lsa", "crashonauditfail", 1)},
        {"tls10-off-on-7", G::win10,
         number("Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.0\\Server", "Enabled", 0)},
        {"ciphers-off", G::win10,
         number("Control\\SecurityProviders\\SCHANNEL\\Ciphers\\Triple DES 168", "Enabled", 0)},
        {"no-usable-suite", G::win10,
         [](f::Key& root) {
             f::put(root, "Control\\Cryptography\\Configuration\\Local\\SSL\\00010002",
                    f::multi_sz_value(u"Functions", {u"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"}));
         }},
        {"authentication-packages", G::win10,
         [](f::Key& root) {
             f::put(root, "Control\\Lsa",
                    f::multi_sz_value(u"Authentication Packages", {u"msv1_0", u"SshdPinAuthLsa"}));
         }},
        {"setup-unfinished", G::xp, text("\\Setup", "CmdLine", "setup -newsetup")},
        {"unknown-package", G::win7,
         [](f::Key& root) {
             f::put(root, "Control\\Lsa",
                    f::multi_sz_value(u"Security Packages", {u"kerberos msv1_0 tspkg"}));
         }},
    };
}

}  // namespace

TEST_CASE("Each known cause is found, and weighs what it has to") {
    for (const f::Cause& cause : f::causes()) {
        CAPTURE(cause.name);
        const nla::Diagnosis diagnosis = diagnosis_of(tree_of(cause), cause.generation);
        const nla::Finding* finding = find(diagnosis, cause.code);
        REQUIRE(finding != nullptr);
        CHECK(std::string(nla::word_of(finding->severity)) == cause.severity);
        CHECK(finding->says().find("{}") == std::string::npos);
        CHECK(finding->advice() != "");
    }
}

TEST_CASE("Nothing is found in a whole system that is as shipped, but what everybody must know") {
    for (const G generation : {G::xp, G::server2003, G::vista, G::win7, G::win81, G::win10}) {
        for (const std::uint32_t off : {0U, 1U}) {
            CAPTURE(static_cast<int>(generation));
            f::Key root = f::whole_tree(generation);
            f::put_number(root, "Control\\Terminal Server", "fDenyTSConnections", off);
            for (const nla::Finding& finding : diagnosis_of(root, generation).findings) {
                const std::string code = finding.code();
                CAPTURE(code);
                CHECK((code == "remote-desktop-off" || code == "nla-required"));
            }
        }
    }
}

TEST_CASE("What only looks like a cause is none") {
    for (const NearMiss& miss : near_misses()) {
        CAPTURE(miss.code);
        f::Key root = f::whole_tree(miss.generation, {true, true});
        miss.change(root);
        CHECK(find(diagnosis_of(root, miss.generation), miss.code) == nullptr);
    }
}

TEST_CASE("What is absent says nothing in a hive that is cut down, or while Windows is set up") {
    for (const f::Cause& cause : f::causes()) {
        const std::string code = cause.code;
        if (code != "termservice-missing" && code != "listener-missing") continue;
        CAPTURE(cause.name);
        f::Key cut_down = tree_of(cause);
        f::erase_key(cut_down, u"ControlSet001\\Services\\RpcSs");
        CHECK(find(diagnosis_of(cut_down, cause.generation), code) == nullptr);
        f::Key in_setup = tree_of(cause);
        f::put_number(in_setup, "\\Setup", "SystemSetupInProgress", 1);
        CHECK(find(diagnosis_of(in_setup, cause.generation), code) == nullptr);
    }
}

TEST_CASE("A repair cures its cause, writes what it says, and passes verification") {
    int repaired = 0;
    for (const f::Cause& cause : f::causes()) {
        CAPTURE(cause.name);
        test::PreparedHive prepared(tree_of(cause), f::hive_options(cause.generation));
        const nla::Diagnosis diagnosis = diagnosis_of(prepared.built.bytes);
        const nla::Finding* finding = find(diagnosis, cause.code);
        REQUIRE(finding != nullptr);
        if (finding->repair.empty()) continue;
        prepared.plan.edits.clear();
        nla::add_repairs(diagnosis, {cause.code}, prepared.plan);
        REQUIRE(!prepared.plan.edits.empty());
        CHECK_FALSE(prepared.plan.obstacle);
        const verify::VerifiedImage image =
            verify::verify(prepared.clean, prepared.plan, prepared.edited());
        const nla::Diagnosis after = diagnosis_of(image.bytes());
        CHECK(find(after, cause.code) == nullptr);
        ++repaired;
    }
    CHECK(repaired >= 25);
}

TEST_CASE("A repair may create the value that it names, but no key") {
    f::Key root = f::whole_tree(G::win10, {true, true});
    f::erase_key(root, u"ControlSet001\\Services\\TermService\\Parameters");
    const nla::Diagnosis diagnosis = diagnosis_of(root, G::win10);
    const nla::Finding* finding = find(diagnosis, "termservice-dll");
    REQUIRE(finding != nullptr);
    CHECK(finding->repair.empty());
    CHECK(finding->advice().find("--also") == std::string::npos);
}

TEST_CASE("The walk over dependencies ends where services need each other") {
    f::Key root = f::whole_tree(G::win10, {true, true});
    f::put(root, "Services\\RpcSs", f::multi_sz_value(u"DependOnService", {u"TermService"}));
    CHECK(find(diagnosis_of(root, G::win10), "service-dependency") == nullptr);
}

TEST_CASE("A list of dependencies that cannot be read is a finding of its own") {
    f::Key root = f::whole_tree(G::win10, {true, true});
    f::put_text(root, "Services\\RpcSs", "DependOnService", "DcomLaunch");
    const nla::Diagnosis diagnosis = diagnosis_of(root, G::win10);
    CHECK(find(diagnosis, "service-dependency") == nullptr);
    CHECK(find(diagnosis, "value-unreadable") != nullptr);
}

TEST_CASE("The firewall is judged as it will be where Remote Desktop is switched on as well") {
    f::Key root = f::whole_tree(G::win10, {true, true});
    f::put_number(root, "Control\\Terminal Server", "fDenyTSConnections", 1);
    f::put_text(root, "Services\\SharedAccess\\Parameters\\FirewallPolicy\\FirewallRules",
                "RemoteDesktop-UserMode-In-TCP", f::remote_desktop_rule("FALSE"));
    const f::Built built = f::build(root);
    const regf::Hive hive(built.bytes);
    const auto sets = system::choose_control_sets(hive, system::read_select(hive), {});
    nla::Surroundings around;
    CHECK(find(nla::diagnose(hive, sets, around), "firewall-closed") == nullptr);
    around.switches_remote_desktop_on = true;
    CHECK(find(nla::diagnose(hive, sets, around), "firewall-closed") != nullptr);
}
