// SPDX-License-Identifier: GPL-2.0-or-later
// Rules about the local accounts in SAM, and about the domain. None of them has a repair: SAM is
// never written.
#include "base/file_time.h"
#include "nla/conditions.h"
#include "nla/local_accounts.h"

namespace nlafix::nla {
namespace {

using system::Generation;
using Seen = std::vector<Observation>;

constexpr const char* listener = "Control\\Terminal Server\\WinStations\\RDP-Tcp";

bool requires_nla(const Seen& seen) {
    return seen.front().is_present() && seen.front().number != 0;
}

/// What stands against a login with each of them, and how many may.
struct State {
    std::size_t usable = 0;
    std::string text;
};

State state_of(const LocalAdministrators& all, bool nla, std::uint64_t now) {
    constexpr std::size_t most_named = 8;
    State state;
    std::size_t named = 0;
    for (const LocalAccount& account : all.accounts) {
        std::string why = why_unusable(account, all, now);
        bool is_usable = why.empty();
        if (is_usable) why = why_not_remotely(account, all, now);
        if (nla && !why.empty()) is_usable = false;
        if (is_usable) ++state.usable;
        if (++named > most_named) continue;
        state.text += (state.text.empty() ? "" : ", ") + account.name + " (" +
                      (why.empty() ? "can log in" : why) + ")";
    }
    if (named > most_named) {
        state.text += " and " + std::to_string(named - most_named) + " more";
    }
    if (all.others != 0) {
        state.text += (state.text.empty() ? "" : ", ") + std::to_string(all.others) +
                      (all.others == 1 ? " member" : " members") + " of a domain, or groups";
    }
    return state;
}

template <typename Holds>
Condition administrators(std::string words, Holds holds) {
    return {std::move(words), [holds](const Seen& seen, const Scene& scene) -> Answer {
                const std::uint64_t now = scene.around().now;
                const auto all = read_local_administrators(*scene.around().sam);
                if (!all || now == 0) return std::nullopt;
                State state = state_of(*all, requires_nla(seen), now);
                if (!holds(*all, state)) return std::nullopt;
                const std::string count =
                    std::to_string(state.usable) + " of " + std::to_string(all->accounts.size());
                return Found{
                    .subject = count,
                    .seen = found_elsewhere(HiveRole::sam, "SAM\\Domains\\Builtin\\Aliases",
                                            "Administrators", state.text)};
            }};
}

Condition none_is_usable() {
    return administrators(
        "every local account in Administrators is disabled, expired or locked out; with NLA also "
        "one whose password has expired or must be changed",
        [](const LocalAdministrators& all, const State& state) {
            return state.usable == 0 && all.others == 0;
        });
}

Condition some_are() {
    return administrators("one of them is not, or the group has other members",
                          [](const LocalAdministrators& all, const State& state) {
                              return state.usable != 0 || all.others != 0;
                          });
}

Rule account_rule(const char* code, std::vector<Case> cases, const char* means,
                  const char* advice) {
    Rule rule;
    rule.code = code;
    rule.area = Area::accounts;
    rule.scope = Scope::machine;
    rule.needs = {HiveRole::sam};
    rule.places = {number_in(listener, "UserAuthentication")};
    rule.looks_at = "the local administrators in SAM; no password, and no hash of one, is read";
    rule.subject = "some";
    rule.since = Generation::xp;
    rule.even_if_stock = true;
    rule.even_if_absent = true;
    rule.cases = std::move(cases);
    rule.means = means;
    rule.advice = advice;
    return rule;
}

/// Days since the machine has changed its own password, counted up to its last shutdown.
Answer machine_password_is_old(const Seen& seen, const Scene& scene) {
    const Observation& changed = seen.front();
    if (!scene.in_domain() || !changed.is_present() || changed.data.size() != 8) {
        return std::nullopt;
    }
    const Observation off =
        scene.look(number_in("Services\\Netlogon\\Parameters", "DisablePasswordChange"));
    const Observation stopped =
        scene.look({HiveRole::system, "Control\\Windows", "ShutdownTime", Content::bytes});
    if ((off.is_present() && off.number != 0) || stopped.data.size() != 8) return std::nullopt;
    const std::uint64_t then = u64_at(changed.data, 0);
    const std::uint64_t last = u64_at(stopped.data, 0);
    constexpr std::uint64_t most_days = 30;
    if (!is_plausible_time(then) || !is_plausible_time(last) || last < then ||
        (last - then) / file_time_ticks_per_day <= most_days) {
        return std::nullopt;
    }
    return Found{.detail = "changed on " + readable_day(then) + ", last shut down on " +
                           readable_day(last)};
}

Answer member_with_nla(const Seen& seen, const Scene& scene) {
    const Observation role = scene.look(text_in("Control\\ProductOptions", "ProductType"));
    return found_if(requires_nla(seen) && scene.in_domain() && role.text != "LanmanNT");
}

}  // namespace

std::vector<Rule> account_rules() {
    return {
        account_rule(
            "administrators-unusable",
            {{Severity::may_block, none_is_usable(), "no local administrator could log in"}},
            "Every local account in Administrators is disabled, expired or locked out, or "
            "has a password that has to be changed first, which network level "
            "authentication does not let it do.",
            "use an account of the domain; else enable or unlock one with a password tool "
            "(chntpw), or from a recovery console"),
        account_rule("local-administrators",
                     {{Severity::note, some_are(),
                       "{} local administrators can log in, as far as SAM tells"}},
                     "An account may be disabled, expired or locked out, or have to change its "
                     "password first, which network level authentication does not let it do. "
                     "Whether somebody knows its password is not looked at.",
                     "log in with one that can"),
        {.code = "domain-and-nla",
         .area = Area::domain,
         .places = {number_in(listener, "UserAuthentication")},
         .looks_at = "whether the machine is in a domain",
         .since = Generation::vista,
         .even_if_stock = true,
         .cases = {{Severity::note,
                    {"not 0, on a machine in a domain", member_with_nla},
                    "domain users need a domain controller"}},
         .means = "With network level authentication nobody of the domain gets in while no domain "
                  "controller can be reached; local users can.",
         .advice = "see that the machine reaches its domain controllers, or use a local account",
         .policy = "UserAuthentication"},
        {.code = "machine-password-old",
         .area = Area::domain,
         .scope = Scope::machine,
         .needs = {HiveRole::security},
         .places = {{HiveRole::security, "Policy\\Secrets\\$MACHINE.ACC\\CupdTime", "",
                     Content::bytes}},
         .since = Generation::vista,
         .cases = {{Severity::note,
                    {"more than 30 days before the last shutdown, on a machine in a domain",
                     machine_password_is_old},
                    "the trust with the domain may be broken"}},
         .means = "A machine changes its password every 30 days while it reaches its domain; one "
                  "that did not may be unknown there, and domain logins fail.",
         .advice = "test it at the console of Windows (Test-ComputerSecureChannel), and join the "
                   "domain again if it fails"},
    };
}

}  // namespace nlafix::nla
