// SPDX-License-Identifier: GPL-2.0-or-later
// Rules about the services that a login needs.
#include "nla/conditions.h"

namespace nlafix::nla {
namespace {

using system::Generation;

Place start_of(const char* key) {
    return {HiveRole::system, key, "Start", Content::number};
}

Evidence is_disabled_in_domain(const std::vector<Observation>& seen, const Situation& situation) {
    return found_if(situation.in_domain && seen.front().is_present() && seen.front().number == 4);
}

}  // namespace

std::vector<Rule> service_rules() {
    return {
        {.code = "termservice-disabled",
         .severity = Severity::blocks,
         .places = {start_of("Services\\TermService")},
         .stock = {{Generation::xp, 3}},
         .since = Generation::xp,
         .when = "4",
         .finds = is_number<4>,
         .says = "Remote Desktop would not start: TermService, its service, is disabled",
         .means = "Windows never starts the Remote Desktop service, so that nothing listens.",
         .advice = "let it start: nlafix fix --also termservice-disabled",
         .repair = Repair{.number = 3,
                          .risk = "The service runs again; somebody may have disabled it on "
                                  "purpose."}},
        {.code = "keyiso-disabled",
         .severity = Severity::blocks,
         .places = {start_of("Services\\KeyIso")},
         .stock = {{Generation::vista, 3}},
         .since = Generation::vista,
         .when = "4",
         .finds = is_number<4>,
         .says = "no connection could be encrypted: KeyIso, which keeps the keys, is disabled",
         .means = "Without the service CNG Key Isolation Windows cannot use the key of the "
                  "listener's certificate, and a connection ends before the login.",
         .advice = "let it start: nlafix fix --also keyiso-disabled",
         .repair = Repair{.number = 3, .risk = "The service runs again; it is as shipped."}},
        {.code = "sessionenv-disabled",
         .severity = Severity::may_block,
         .places = {start_of("Services\\SessionEnv")},
         .stock = {{Generation::vista, 3}},
         .since = Generation::vista,
         .when = "4",
         .finds = is_number<4>,
         .says = "SessionEnv, the service that sets Remote Desktop up, is disabled",
         .means = "Without it Windows makes no new certificate for the listener when the old one "
                  "expires, and does not apply its settings.",
         .advice = "let it start: nlafix fix --also sessionenv-disabled",
         .repair = Repair{.number = 3, .risk = "The service runs again; it is as shipped."}},
        {.code = "umrdpservice-disabled",
         .severity = Severity::may_block,
         .places = {start_of("Services\\UmRdpService")},
         .stock = {{Generation::vista, 3}},
         .since = Generation::vista,
         .when = "4",
         .finds = is_number<4>,
         .says = "UmRdpService, a helper of Remote Desktop, is disabled",
         .means = "Devices are not redirected without it, and some clients give up.",
         .advice = "let it start: nlafix fix --also umrdpservice-disabled",
         .repair = Repair{.number = 3, .risk = "The service runs again; it is as shipped."}},
        {.code = "netlogon-disabled",
         .severity = Severity::may_block,
         .places = {start_of("Services\\Netlogon")},
         .stock = {{Generation::nt4, 3, "3, or 2 in a domain"}},
         .when = "4, on a machine in a domain",
         .finds = is_disabled_in_domain,
         .says = "nobody of the domain could log in: Netlogon is disabled",
         .means = "The machine cannot ask its domain whether a password is right; its own accounts "
                  "still work.",
         .advice = "log in as a local user (.\\Administrator), then set the service to Automatic"},
    };
}

}  // namespace nlafix::nla
