// SPDX-License-Identifier: GPL-2.0-or-later
// Rules about the firewall of Windows, and policies over it.
#include <algorithm>

#include "base/text.h"
#include "nla/conditions.h"
#include "nla/firewall.h"
#include "regf/key_value.h"

namespace nlafix::nla {
namespace {

using system::Generation;
using Seen = std::vector<Observation>;

constexpr const char* listener = "Control\\Terminal Server\\WinStations\\RDP-Tcp";
constexpr const char* rules_and_profiles =
    "the firewall's rules and profiles, below `Services\\SharedAccess`, and where SOFTWARE is at "
    "hand the policies over them";
constexpr const char* where_it_is_on =
    "the firewall's rules and profiles, below `Services\\SharedAccess`, and where SOFTWARE is at "
    "hand the policies over them; only where Remote Desktop is on";
constexpr const char* profiles_key = "Services\\SharedAccess\\Parameters\\FirewallPolicy";

// The rules that Windows ships, and the one that is its own since Windows 8.
constexpr const char* stock_rules[] = {"RemoteDesktop-In-TCP", "RemoteDesktop-UserMode-In-TCP"};

/// The port is the first place of every rule here.
std::uint32_t port_of(const Seen& seen) {
    return seen.front().is_present() ? seen.front().number : 3389;
}

/// In profiles for which `holds`, of those whose firewall is on: "domain, private".
struct Verdict {
    std::string profiles;
    std::size_t found = 0;
    std::size_t on = 0;
    bool only_public = true;
    bool is_all() const { return found != 0 && found == on; }
};

template <typename Holds>
Verdict judge(const Firewall& firewall, Holds holds) {
    Verdict verdict;
    for (const Profile which : all_profiles) {
        if (!firewall.profile(which).is_on) continue;
        ++verdict.on;
        if (!holds(which)) continue;
        ++verdict.found;
        verdict.only_public = verdict.only_public && which == Profile::open;
        verdict.profiles += (verdict.profiles.empty() ? "" : ", ") + std::string(word_of(which));
    }
    return verdict;
}

/// The finding is about the list of rules as a whole.
Found found_in(const Scene& scene, std::string detail, std::uint32_t port, std::string text) {
    Observation rules = found_elsewhere(HiveRole::system, firewall_rules_key, "", std::move(text));
    rules.control_set = scene.control_set();
    return {std::move(detail), std::to_string(port), std::move(rules)};
}

bool is_closed_in(const Firewall& firewall, Profile which) {
    return !firewall.profile(which).allows_by_default && !firewall.lets_in(which);
}

Verdict closed_profiles(const Firewall& firewall) {
    return judge(firewall, [&](Profile which) { return is_closed_in(firewall, which); });
}

/// Those that are closed because only rules of policies count, or for want of any rule.
Verdict closed_profiles(const Firewall& firewall, bool by_policy) {
    return judge(firewall, [&](Profile which) {
        return is_closed_in(firewall, which) &&
               firewall.profile(which).takes_local_rules != by_policy;
    });
}

using Weighs = bool (*)(const Verdict& verdict, const Scene& scene);

bool in_all(const Verdict& verdict, const Scene&) {
    return verdict.is_all();
}
bool in_some_but(const Verdict& verdict, const Scene& scene) {
    return verdict.found != 0 && !verdict.is_all() && !(verdict.only_public && scene.in_domain());
}
bool in_public_of_a_domain(const Verdict& verdict, const Scene& scene) {
    return verdict.found != 0 && !verdict.is_all() && verdict.only_public && scene.in_domain();
}

Found closed_for_want_of_a_rule(const Scene& scene, const Firewall& firewall,
                                const Verdict& closed) {
    return found_in(scene, "closed in these profiles: " + closed.profiles, firewall.port(),
                    "no rule for the port is on");
}

Found closed_by_policy(const Scene&, const Firewall& firewall, const Verdict& closed) {
    return {
        "in these profiles: " + closed.profiles, std::to_string(firewall.port()),
        found_elsewhere(HiveRole::software, firewall_policies_key, "AllowLocalPolicyMerge", "0")};
}

/// `weighs` is asked about all profiles that are closed, the words are about those of one kind.
Condition is_closed(std::string when, Weighs weighs, bool by_policy) {
    return {std::move(when), [weighs, by_policy](const Seen& seen, const Scene& scene) -> Answer {
                if (!scene.is_remote_desktop_on()) return std::nullopt;
                const Firewall& firewall = scene.firewall(port_of(seen));
                if (!firewall.is_known()) return std::nullopt;
                // Another code says more of a port that the rules do not know.
                const bool is_moved =
                    firewall.port() != 3389 && closed_profiles(scene.firewall(3389)).found == 0;
                if (is_moved || !weighs(closed_profiles(firewall), scene)) return std::nullopt;
                const Verdict closed = closed_profiles(firewall, by_policy);
                if (closed.found == 0) return std::nullopt;
                return by_policy ? closed_by_policy(scene, firewall, closed)
                                 : closed_for_want_of_a_rule(scene, firewall, closed);
            }};
}

bool is_about_remote_desktop(const std::string& id) {
    return std::any_of(std::begin(stock_rules), std::end(stock_rules), [&](const char* stock) {
        return equal_ignoring_ascii_case(std::string_view(id), std::string_view(stock));
    });
}

/// One character less, and nothing else of the rule changes.
std::vector<Change> switch_on(const Observation&, const Scene& scene) {
    const std::u16string off = u"|Active=FALSE|", on = u"|Active=TRUE|";
    std::vector<Change> changes;
    for (const Observation& rule : scene.texts_in(firewall_rules_key)) {
        std::u16string text = utf16_units(rule.data);
        const std::size_t at = text.find(off);
        if (!is_about_remote_desktop(rule.stored_name) || at == std::u16string::npos) continue;
        changes.push_back({rule, rule.type, utf16le_bytes(text.replace(at, off.size(), on))});
    }
    return changes;
}

Answer is_blocked(const Seen& seen, const Scene& scene, bool by_all_means) {
    const Firewall& firewall = scene.firewall(port_of(seen));
    if (!firewall.is_known()) return std::nullopt;
    std::string rules;
    const Verdict blocked = judge(firewall, [&](Profile which) {
        const FirewallRule* rule = firewall.blocked_by(which);
        if (rule == nullptr) return false;
        const std::string id = quoted(rule->id);
        if (rules.find(id) == std::string::npos) rules += (rules.empty() ? "" : ", ") + id;
        return !rule->is_restricted;
    });
    if (rules.empty() || blocked.is_all() != by_all_means) return std::nullopt;
    const std::string where = blocked.found == 0 ? "for some addresses" : blocked.profiles;
    return found_in(scene, "rules that block: " + rules + "; " + where, firewall.port(), rules);
}

Condition takes_no_exceptions(std::string when, bool everywhere) {
    return {
        std::move(when), [everywhere](const Seen& seen, const Scene& scene) -> Answer {
            const Firewall& firewall = scene.firewall(port_of(seen));
            if (!firewall.is_known()) return std::nullopt;
            const Verdict shut = judge(firewall, [&](Profile which) {
                return firewall.profile(which).takes_no_exceptions;
            });
            if (shut.found == 0 || shut.is_all() != everywhere) return std::nullopt;
            Found found =
                found_in(scene, "in these profiles: " + shut.profiles, firewall.port(), "1");
            const bool by_policy = judge(firewall, [&](Profile which) {
                                       return firewall.profile(which).is_policy_without_exceptions;
                                   }).found != 0;
            if (by_policy) {
                found.seen = found_elsewhere(HiveRole::software, firewall_policies_key, "", "1");
            } else {
                found.seen->place.key = profiles_key;
            }
            found.seen->place.value = "DoNotAllowExceptions";
            return found;
        }};
}

Answer opens_another_port(const Seen& seen, const Scene& scene) {
    const std::uint32_t port = port_of(seen);
    if (port == 3389 || !scene.is_remote_desktop_on()) return std::nullopt;
    const Firewall& firewall = scene.firewall(port);
    const Firewall& stock = scene.firewall(3389);
    if (!firewall.is_known()) return std::nullopt;
    const Verdict moved = judge(firewall, [&](Profile which) {
        return is_closed_in(firewall, which) && stock.lets_in(which);
    });
    if (moved.found == 0) return std::nullopt;
    return found_in(scene, "in these profiles: " + moved.profiles, port, "3389 alone is open");
}

Answer lets_some_in(const Seen& seen, const Scene& scene) {
    if (!scene.is_remote_desktop_on()) return std::nullopt;
    const Firewall& firewall = scene.firewall(port_of(seen));
    if (!firewall.is_known()) return std::nullopt;
    std::string remote;
    for (const Profile which : all_profiles) {
        const FirewallRule* rule = firewall.restricted_by(which);
        if (rule == nullptr || !firewall.profile(which).is_on) continue;
        remote += (remote.empty() ? "" : "; ") + std::string(word_of(which)) + ": " + rule->remote;
    }
    if (remote.empty()) return std::nullopt;
    return found_in(scene, remote, firewall.port(), remote);
}

}  // namespace

std::vector<Rule> firewall_rules() {
    const Place port = number_in(listener, "PortNumber", {{Generation::xp, 3389}});
    return {
        {.code = "firewall-closed",
         .area = Area::firewall,
         .places = {port},
         .looks_at = where_it_is_on,
         .subject = "N",
         .since = Generation::xp,
         .even_if_stock = true,
         .cases = {{Severity::blocks,
                    is_closed("no profile whose firewall is on has a rule that is on", in_all,
                              false),
                    "Remote Desktop is on, but the firewall of Windows lets nobody reach it (port "
                    "{})"},
                   {Severity::may_block,
                    is_closed("some profile whose firewall is on has no rule that is on",
                              in_some_but, false),
                    "the firewall of Windows lets nobody reach Remote Desktop (port {}) on some "
                    "networks"},
                   {Severity::note,
                    is_closed("only the public profile has none, on a machine in a domain",
                              in_public_of_a_domain, false),
                    "on public networks the firewall of Windows lets nobody reach Remote Desktop "
                    "(port {})"}},
         .means =
             "Windows ships its rules for Remote Desktop switched off; the control panel "
             "switches them on together with Remote Desktop, an edit of the registry does not.",
         .advice = "add a rule for the port at the console of Windows",
         .repair = Repair{.does = "switch the firewall's own rules on",
                          .remedy = {"Active=TRUE in the rules RemoteDesktop-UserMode-In-TCP and "
                                     "RemoteDesktop-In-TCP below FirewallRules",
                                     switch_on, true},
                          .risk = "The port is open on every network that the rules name, on "
                                  "public ones too."}},
        {.code = "firewall-policy",
         .area = Area::firewall,
         .needs = {HiveRole::software},
         .places = {port},
         .looks_at =
             "`AllowLocalPolicyMerge` of the profiles and the firewall's rules, below "
             "`Policies\\Microsoft\\WindowsFirewall` in SOFTWARE; only where Remote Desktop "
             "is on",
         .subject = "N",
         .since = Generation::vista,
         .even_if_stock = true,
         .cases =
             {{Severity::blocks,
               is_closed("in no profile whose firewall is on does a rule that counts let the port "
                         "in, and in some only rules of policies count",
                         in_all, true),
               "a policy ignores the firewall rules of this machine, and no rule of a policy lets "
               "anybody reach Remote Desktop (port {})"},
              {Severity::may_block,
               is_closed("the same in some profile whose firewall is on", in_some_but, true),
               "on some networks a policy ignores the firewall rules of this machine, and no rule "
               "of a policy lets anybody reach Remote Desktop (port {})"},
              {Severity::note,
               is_closed("only in the public profile, on a machine in a domain",
                         in_public_of_a_domain, true),
               "on public networks a policy ignores the firewall rules of this machine (port {})"}},
         .means = "Rules that are made on the machine do not count where a policy says so; guides "
                  "for hardening do it for public networks.",
         .advice = "let a policy open the port, or take that policy back where it comes from "
                   "(gpedit.msc, or the domain)"},
        {.code = "firewall-blocks-port",
         .area = Area::firewall,
         .places = {port},
         .looks_at = rules_and_profiles,
         .subject = "N",
         .since = Generation::vista,
         .even_if_stock = true,
         .cases = {{Severity::blocks,
                    {"a rule that is on blocks the port in every profile whose firewall is on",
                     [](const Seen& seen, const Scene& scene) {
                         return is_blocked(seen, scene, true);
                     }},
                    "a rule of the firewall keeps everybody from Remote Desktop (port {})"},
                   {Severity::may_block,
                    {"a rule that is on blocks the port in some profile, or for some addresses",
                     [](const Seen& seen, const Scene& scene) {
                         return is_blocked(seen, scene, false);
                     }},
                    "a rule of the firewall keeps some from Remote Desktop (port {})"}},
         .means = "A rule that blocks wins over every rule that allows.",
         .advice = "switch that rule off at the console of Windows (wf.msc)"},
        {.code = "firewall-no-exceptions",
         .area = Area::firewall,
         .places = {port},
         .looks_at = "`DoNotAllowExceptions` of the firewall's profiles",
         .subject = "N",
         .since = Generation::xp,
         .even_if_stock = true,
         .cases = {{Severity::blocks,
                    takes_no_exceptions("not 0 in every profile whose firewall is on", true),
                    "the firewall of Windows takes nothing from outside, whatever its rules say"},
                   {Severity::may_block,
                    takes_no_exceptions("not 0 in some profile whose firewall is on", false),
                    "on some networks the firewall of Windows takes nothing from outside, whatever "
                    "its rules say"}},
         .means = "The box \"block all incoming connections\" is ticked.",
         .advice = "set DoNotAllowExceptions to 0 at the console of Windows"},
        {.code = "firewall-port-mismatch",
         .area = Area::firewall,
         .places = {port},
         .looks_at = where_it_is_on,
         .subject = "N",
         .since = Generation::xp,
         .cases = {{Severity::may_block,
                    {"not 3389, and only 3389 is open", opens_another_port},
                    "Remote Desktop listens on port {}, but the firewall of Windows opens 3389 "
                    "alone"}},
         .means = "The port was changed, and the rules of the firewall were not.",
         .advice = "add a rule for the port, or set PortNumber back to 3389, at the console of "
                   "Windows"},
        {.code = "firewall-remote-restricted",
         .area = Area::firewall,
         .places = {port},
         .looks_at = where_it_is_on,
         .subject = "N",
         .since = Generation::xp,
         .even_if_stock = true,
         .cases = {{Severity::note,
                    {"the rules for the port name remote addresses", lets_some_in},
                    "the firewall of Windows lets only some addresses reach Remote Desktop (port "
                    "{})"}},
         .means = "From any other address a connection is not answered.",
         .advice = "compare them with where you connect from"},
    };
}

}  // namespace nlafix::nla
