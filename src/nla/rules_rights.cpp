// SPDX-License-Identifier: GPL-2.0-or-later
// Rules about SECURITY: who has the right to log in. None of them has a repair: a policy writes
// these rights anew, and SECURITY is never written.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "nla/conditions.h"
#include "nla/user_rights.h"

namespace nlafix::nla {
namespace {

using system::Generation;
using Seen = std::vector<Observation>;

constexpr const char* remote_right = "SeRemoteInteractiveLogonRight";
constexpr const char* administrators = "S-1-5-32-544";
constexpr const char* remote_desktop_users = "S-1-5-32-555";
/// Groups that everybody is in who might log in.
constexpr std::array<const char*, 4> everybody = {"S-1-1-0", "S-1-5-11", administrators,
                                                  "S-1-5-32-545"};
constexpr std::array<const char*, 3> many = {"S-1-5-113", "S-1-5-114", remote_desktop_users};

/// A condition on the rights of a hive that lists any.
template <typename Holds>
Condition rights(std::string words, Holds holds) {
    return {std::move(words), [holds](const Seen& seen, const Scene& scene) -> Answer {
                const UserRights rights(*scene.around().security);
                if (!rights.is_known()) return std::nullopt;
                return holds(rights, seen, scene);
            }};
}

/// Who has a right, as what was seen.
Observation given_to(const char* right, const std::string& who) {
    return found_elsewhere(HiveRole::security, "Policy\\Accounts", right,
                           who.empty() ? "given to nobody" : "given to " + who);
}

std::string listed(const std::vector<std::string>& sids) {
    constexpr std::size_t most = 4;
    std::string text;
    for (std::size_t i = 0; i < std::min(sids.size(), most); ++i) {
        text += (i == 0 ? "" : ", ") + account_name(sids[i]);
    }
    return sids.size() > most ? text + " and " + std::to_string(sids.size() - most) + " more"
                              : text;
}

Condition nobody_has_it() {
    return rights("no account has the right SeRemoteInteractiveLogonRight",
                  [](const UserRights& all, const Seen&, const Scene&) -> Answer {
                      if (!all.all_with(right::remote).empty()) return std::nullopt;
                      return Found{.seen = given_to(remote_right, "")};
                  });
}

Condition neither_group_has_it() {
    return rights(
        "neither Administrators nor Remote Desktop Users has it",
        [](const UserRights& all, const Seen&, const Scene&) -> Answer {
            if (all.has(administrators, right::remote) ||
                all.has(remote_desktop_users, right::remote)) {
                return std::nullopt;
            }
            return Found{.seen = given_to(remote_right, listed(all.all_with(right::remote)))};
        });
}

template <std::size_t count>
Condition is_denied(std::string words, const std::array<const char*, count>& sids) {
    return rights(
        std::move(words), [sids](const UserRights& all, const Seen&, const Scene&) -> Answer {
            for (const char* sid : sids) {
                const bool remote = all.has(sid, right::deny_remote);
                if (!remote && !all.has(sid, right::deny_network)) continue;
                const char* name =
                    remote ? "SeDenyRemoteInteractiveLogonRight" : "SeDenyNetworkLogonRight";
                return Found{.subject = account_name(sid),
                             .seen = given_to(name, account_name(sid))};
            }
            return std::nullopt;
        });
}

Condition nobody_from_the_network() {
    return rights(
        "none of Everyone, Authenticated Users, Administrators and Users has "
        "SeNetworkLogonRight, and NLA is required",
        [](const UserRights& all, const Seen& seen, const Scene&) -> Answer {
            const bool any = std::any_of(everybody.begin(), everybody.end(), [&](const char* sid) {
                return all.has(sid, right::network);
            });
            if (any || !seen.front().is_present() || seen.front().number == 0) {
                return std::nullopt;
            }
            return Found{.seen =
                             given_to("SeNetworkLogonRight", listed(all.all_with(right::network)))};
        });
}

struct Privilege {
    const char* name;
    std::uint32_t luid;
};
constexpr std::array<Privilege, 6> privileges = {{
    {"SeAssignPrimaryTokenPrivilege", 3},
    {"SeIncreaseQuotaPrivilege", 5},
    {"SeAuditPrivilege", 21},
    {"SeChangeNotifyPrivilege", 23},
    {"SeImpersonatePrivilege", 29},
    {"SeCreateGlobalPrivilege", 30},
}};

/// What the service asks for and neither its account, nor services, nor everybody has.
Condition service_lacks_privileges() {
    return rights(
        "RequiredPrivileges has one that NETWORK SERVICE, services and Everyone lack",
        [](const UserRights& all, const Seen& seen, const Scene&) -> Answer {
            std::string missing;
            for (const std::string& wanted : seen.front().elements) {
                for (const Privilege& known : privileges) {
                    if (!equal_ignoring_ascii_case(std::string_view(wanted), known.name)) {
                        continue;
                    }
                    const bool has = all.has_privilege("S-1-5-20", known.luid) ||
                                     all.has_privilege("S-1-5-6", known.luid) ||
                                     all.has_privilege("S-1-1-0", known.luid);
                    if (!has) missing += (missing.empty() ? "" : ", ") + wanted;
                }
            }
            if (missing.empty()) return std::nullopt;
            return Found{.detail = "missing: " + missing, .subject = missing};
        });
}

Rule rights_rule(const char* code, std::vector<Case> cases, const char* means) {
    Rule rule;
    rule.code = code;
    rule.area = Area::logins;
    rule.scope = Scope::machine;
    rule.needs = {HiveRole::security};
    rule.looks_at = "the rights to log in, in SECURITY";
    rule.subject = "a group";
    rule.since = Generation::vista;
    rule.even_if_absent = true;
    rule.cases = std::move(cases);
    rule.means = means;
    rule.advice =
        "change the policy where it comes from (secpol.msc, User Rights Assignment, from a "
        "console; or the domain)";
    return rule;
}

}  // namespace

std::vector<Rule> rights_rules() {
    Rule network = rights_rule(
        "no-network-right",
        {{Severity::may_block, nobody_from_the_network(),
          "network level authentication is refused: hardly anybody may log in from the network"}},
        "Network level authentication is a login from the network first; whoever may not do that "
        "never comes to the remote one.");
    network.places = {
        number_in("Control\\Terminal Server\\WinStations\\RDP-Tcp", "UserAuthentication")};
    network.even_if_stock = true;
    Rule service = rights_rule(
        "termservice-rights",
        {{Severity::blocks, service_lacks_privileges(),
          "Remote Desktop would not start: its service lacks the privilege {}"}},
        "Windows starts no service whose account lacks a privilege that it requires (error 1297).");
    service.places = {{HiveRole::system,
                       "Services\\TermService",
                       "RequiredPrivileges",
                       Content::strings,
                       {{Generation::win7, 0, "those that its account has"}}}};
    service.subject = "that it requires";
    service.since = Generation::win7;
    return {
        std::move(service),
        rights_rule("no-remote-right",
                    {{Severity::blocks, nobody_has_it(),
                      "nobody has the right to log in through Remote Desktop"},
                     {Severity::may_block, neither_group_has_it(),
                      "only accounts that are named one by one may log in through Remote Desktop"}},
                    "Administrators and Remote Desktop Users have this right as shipped; a policy "
                    "has taken it from them."),
        rights_rule("denied-remote",
                    {{Severity::blocks,
                      is_denied("a right to deny remote or network logins is on Everyone, "
                                "Authenticated Users, Administrators or Users",
                                everybody),
                      "logins are denied to {}"},
                     {Severity::may_block,
                      is_denied("the same on local accounts or Remote Desktop Users", many),
                      "logins are denied to {}"}},
                    "A right that denies wins over every right that allows."),
        std::move(network),
    };
}

}  // namespace nlafix::nla
