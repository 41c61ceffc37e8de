// SPDX-License-Identifier: GPL-2.0-or-later
// Rules about SOFTWARE beside the policies of Remote Desktop: the edition, Winlogon, cipher suites.
// None of them has a repair: only SYSTEM is written.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "nla/conditions.h"
#include "system/product_policy.h"

namespace nlafix::nla {
namespace {

using system::Generation;
using Seen = std::vector<Observation>;

constexpr const char* current_version = "Microsoft\\Windows NT\\CurrentVersion";
constexpr const char* system_policies = "Microsoft\\Windows\\CurrentVersion\\Policies\\System";
constexpr const char* policy_suites =
    "Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002";
constexpr const char* local_suites = "Control\\Cryptography\\Configuration\\Local\\SSL\\00010002";

// ---- The edition

constexpr std::array<std::string_view, 8> home_editions = {
    "Core",      "CoreN",       "CoreSingleLanguage", "CoreCountrySpecific",
    "HomeBasic", "HomePremium", "HomeBasicN",         "Starter"};

Answer is_home_edition(const Seen&, const Scene& scene) {
    const auto allowed = system::ProductPolicy(scene.set())
                             .number(
                                 "TerminalServices-RemoteConnectionManager-"
                                 "AllowRemoteConnections");
    const Observation edition = scene.look({HiveRole::software,
                                            current_version,
                                            "EditionID",
                                            Content::text,
                                            {{Generation::xp, 0, "another one"}}});
    const bool is_home =
        std::any_of(home_editions.begin(), home_editions.end(), [&](std::string_view name) {
            return equal_ignoring_ascii_case(std::string_view(edition.text), name);
        });
    // What the licence says counts.
    if (allowed ? *allowed != 0 : !is_home) return std::nullopt;
    Found found;
    found.detail = allowed ? "its licence allows no remote connections" : "";
    if (edition.is_present()) found.seen = edition;
    return found;
}

// ---- Winlogon and the account policies

Answer is_text_1(const Seen& seen, const Scene&) {
    return found_if(seen.front().is_present() && seen.front().text == "1");
}

constexpr std::uint32_t aes_128 = 0x8;
constexpr std::uint32_t aes_256 = 0x10;

Answer has_no_aes(const Seen& seen, const Scene& scene) {
    return found_if(scene.in_domain() && seen.front().is_present() &&
                    (seen.front().number & (aes_128 | aes_256)) == 0);
}

Answer has_aes_256_alone(const Seen& seen, const Scene& scene) {
    return found_if(scene.in_domain() && seen.front().is_present() &&
                    (seen.front().number & 0x1f) == aes_256);
}

// ---- Cipher suites

enum class Suite { unknown, for_rsa, for_rsa_dhe_gcm, for_ecdsa, tls_1_3 };

Suite kind_of(const std::string& suite) {
    const std::string name = ascii_lower_case(suite);
    if (name.starts_with("tls_aes_") || name.starts_with("tls_chacha20_")) return Suite::tls_1_3;
    if (name.find("_ecdsa_") != std::string::npos) return Suite::for_ecdsa;
    if (name.starts_with("tls_dhe_rsa_") && name.find("_gcm_") != std::string::npos) {
        return Suite::for_rsa_dhe_gcm;
    }
    if (name.starts_with("tls_rsa_") || name.find("_rsa_with_") != std::string::npos) {
        return Suite::for_rsa;
    }
    return Suite::unknown;
}

/// Builds from 20348 (Server 2022) on speak TLS 1.3; nothing where the build is not known.
std::optional<bool> speaks_tls_1_3(const Scene& scene) {
    if (scene.generation() != Generation::unknown && scene.generation() < Generation::win10) {
        return false;
    }
    const std::string build =
        scene.look({HiveRole::software, current_version, "CurrentBuildNumber", Content::text}).text;
    if (build.size() != 5 || build.find_first_not_of("0123456789") != std::string::npos) {
        return std::nullopt;
    }
    return build >= "20348";
}

/// The list that counts: a policy's, else the machine's own.
Observation list_that_counts(const Seen& seen, const Scene& scene) {
    Observation policy =
        scene.look({HiveRole::software, policy_suites, "Functions", Content::comma_separated});
    return policy.is_present() ? policy : seen.front();
}

/// True where every suite is of a kind that a listener with a certificate of its own, which is RSA,
/// cannot use; `and_also` is one more kind.
bool none_is_usable(const Seen& seen, const Scene& scene, Suite and_also) {
    const Observation list = list_that_counts(seen, scene);
    if (!list.is_present() || list.elements.empty()) return false;
    const std::optional<bool> tls_1_3 = speaks_tls_1_3(scene);
    return std::all_of(list.elements.begin(), list.elements.end(), [&](const std::string& suite) {
        const Suite kind = kind_of(suite);
        if (kind == Suite::tls_1_3) return tls_1_3 == false;
        return kind == Suite::for_ecdsa || kind == and_also;
    });
}

Answer has_no_suite_for_rsa(const Seen& seen, const Scene& scene) {
    if (!none_is_usable(seen, scene, Suite::for_ecdsa)) return std::nullopt;
    return Found{.seen = list_that_counts(seen, scene)};
}

Answer has_few_suites_for_rsa(const Seen& seen, const Scene& scene) {
    if (!none_is_usable(seen, scene, Suite::for_rsa_dhe_gcm)) return std::nullopt;
    return Found{.seen = list_that_counts(seen, scene)};
}

// ---- The group of TermService

/// "netsvcs" of "…svchost.exe -k netsvcs -p".
std::string group_in(const std::string& command) {
    const std::size_t at = ascii_lower_case(command).find(" -k ");
    if (at == std::string::npos) return {};
    const std::size_t begin = command.find_first_not_of(' ', at + 4);
    if (begin == std::string::npos) return {};
    return command.substr(begin, command.find(' ', begin) - begin);
}

Answer group_lacks_the_service(const Seen& seen, const Scene& scene) {
    const std::string group = group_in(seen.front().text);
    const Observation list = scene.look({HiveRole::software,
                                         std::string(current_version) + "\\Svchost",
                                         group,
                                         Content::strings,
                                         {{Generation::xp, 0, "a list with TermService"}}});
    if (group.empty() || list.state == Observation::State::absent_key ||
        list.state == Observation::State::unreadable) {
        return std::nullopt;
    }
    const bool has_it =
        std::any_of(list.elements.begin(), list.elements.end(), [](const std::string& name) {
            return equal_ignoring_ascii_case(std::string_view(name), "TermService");
        });
    if (has_it) return std::nullopt;
    return Found{.detail = "the group is " + group, .seen = list};
}

std::vector<Rule> edition_rules() {
    return {
        {.code = "home-edition",
         .area = Area::remote_desktop,
         .places = {{HiveRole::system,
                     "Control\\ProductOptions",
                     "ProductPolicy",
                     Content::bytes,
                     {{Generation::vista, 0, "one that allows it"}}}},
         .looks_at = "the edition in SOFTWARE",
         .since = Generation::vista,
         .even_if_absent = true,
         .cases = {{Severity::blocks,
                    {"TerminalServices-RemoteConnectionManager-AllowRemoteConnections is 0, or the "
                     "edition is one for the home",
                     is_home_edition},
                    "this edition of Windows takes no Remote Desktop connections"}},
         .means = "Home editions have the client alone; no setting changes that.",
         .advice = "connect by another program, or upgrade the edition"},
        {.code = "svchost-group",
         .area = Area::services,
         .needs = {HiveRole::software},
         .places = {text_in("Services\\TermService", "ImagePath")},
         .looks_at = "the groups of svchost in SOFTWARE",
         .since = Generation::vista,
         .cases = {{Severity::may_block,
                    {"its group of svchost does not list TermService", group_lacks_the_service},
                    "Remote Desktop may not start: its service is missing from its group"}},
         .means = "Windows starts a service only in a process of a group that lists it (error "
                  "1083).",
         .advice = "compare the list with that of a machine of the same build"},
    };
}

std::vector<Rule> login_rules() {
    return {
        {.code = "smart-card-only",
         .area = Area::logins,
         .scope = Scope::machine,
         .needs = {HiveRole::software},
         .places = {{HiveRole::software, system_policies, "scforceoption"}},
         .since = Generation::xp,
         .cases = {{Severity::may_block, is_set(), "only a smart card is taken, no password"}},
         .means = "A policy refuses every login by password.",
         .advice = "log in with a smart card, or change the policy where it comes from"},
        {.code = "kerberos-types",
         .area = Area::domain,
         .scope = Scope::machine,
         .needs = {HiveRole::software},
         .places = {{HiveRole::software, std::string(system_policies) + "\\Kerberos\\Parameters",
                     "SupportedEncryptionTypes"}},
         .since = Generation::win7,
         .cases = {{Severity::may_block,
                    {"no AES, on a machine in a domain", has_no_aes},
                    "the domain may refuse logins: a policy leaves only old Kerberos encryption"},
                   {Severity::note,
                    {"AES of 256 bits alone, on a machine in a domain", has_aes_256_alone},
                    "a policy leaves one kind of Kerberos encryption"}},
         .means = "Domain controllers with the updates of 2022 and later want AES.",
         .advice = "change the policy where it comes from, or log in with a local account"},
        {.code = "logons-disabled",
         .area = Area::logins,
         .scope = Scope::machine,
         .needs = {HiveRole::software},
         .places = {{HiveRole::software,
                     std::string(current_version) + "\\Winlogon",
                     "WinStationsDisabled",
                     Content::text,
                     {{Generation::xp, 0, "0"}}}},
         .since = Generation::xp,
         .cases = {{Severity::note,
                    {"1", is_text_1},
                    "remote logins were switched off until the next start"}},
         .means = "Somebody ran change logon /disable; Windows takes logins again when it starts.",
         .advice = "nothing, if Windows is started; else change logon /enable"},
    };
}

std::vector<Rule> suite_rules() {
    return {
        {.code = "no-usable-suite",
         .area = Area::encryption,
         .places = {{HiveRole::system, local_suites, "Functions", Content::comma_separated}},
         .looks_at = "the same list of a policy in SOFTWARE, which wins",
         .since = Generation::vista,
         .even_if_absent = true,
         .cases = {{Severity::blocks,
                    {"only suites for ECDSA, or of TLS 1.3 where this Windows does not speak it",
                     has_no_suite_for_rsa},
                    "no connection could be encrypted: no cipher suite fits the machine's "
                    "certificate"},
                   {Severity::may_block,
                    {"the same, and DHE with GCM", has_few_suites_for_rsa},
                    "few clients have a cipher suite in common with this machine"}},
         .means = "The certificate that Windows makes for Remote Desktop is RSA; without a suite "
                  "for it TLS cannot agree on anything.",
         .advice = "add suites with RSA to the list where it comes from, or remove the list"},
    };
}

}  // namespace

std::vector<Rule> software_rules() {
    std::vector<Rule> all = edition_rules();
    for (auto rules_of : {login_rules, suite_rules}) {
        for (Rule& rule : rules_of()) all.push_back(std::move(rule));
    }
    return all;
}

}  // namespace nlafix::nla
