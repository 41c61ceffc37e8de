// SPDX-License-Identifier: GPL-2.0-or-later
// Rules about the services that a login needs.
#include "nla/conditions.h"

namespace nlafix::nla {
namespace {

using system::Generation;

Place start_of(const char* key, std::vector<Stock> stock) {
    return number_in(key, "Start", std::move(stock));
}

}  // namespace

std::vector<Rule> service_rules() {
    return {
        {.code = "keyiso-disabled",
         .area = Area::services,
         .places = {start_of("Services\\KeyIso", {{Generation::vista, 3}})},
         .since = Generation::vista,
         .cases = {{Severity::blocks, is_number(4),
                    "no connection could be encrypted: KeyIso, which keeps the keys, is disabled"}},
         .means = "Without the service CNG Key Isolation Windows cannot use the key of the "
                  "listener's certificate, and a connection ends before the login.",
         .repair = Repair{.does = "let it start",
                          .remedy = set_number(3),
                          .risk = "The service runs again; it is as shipped."}},
        {.code = "sessionenv-disabled",
         .area = Area::services,
         .places = {start_of("Services\\SessionEnv", {{Generation::vista, 3}})},
         .since = Generation::vista,
         .cases = {{Severity::may_block, is_number(4),
                    "SessionEnv, the service that sets Remote Desktop up, is disabled"}},
         .means = "Without it Windows makes no new certificate for the listener when the old one "
                  "expires, and does not apply its settings.",
         .repair = Repair{.does = "let it start",
                          .remedy = set_number(3),
                          .risk = "The service runs again; it is as shipped."}},
        {.code = "umrdpservice-disabled",
         .area = Area::services,
         .places = {start_of("Services\\UmRdpService", {{Generation::vista, 3}})},
         .since = Generation::vista,
         .cases = {{Severity::may_block, is_number(4),
                    "UmRdpService, a helper of Remote Desktop, is disabled"}},
         .means = "Devices are not redirected without it, and some clients give up.",
         .repair = Repair{.does = "let it start",
                          .remedy = set_number(3),
                          .risk = "The service runs again; it is as shipped."}},
        {.code = "netlogon-disabled",
         .area = Area::services,
         .places = {start_of("Services\\Netlogon", {{Generation::nt4, 3, "3, or 2 in a domain"}})},
         .cases = {{Severity::may_block, in_domain(is_number(4)),
                    "nobody of the domain could log in: Netlogon is disabled"}},
         .means = "The machine cannot ask its domain whether a password is right; its own accounts "
                  "still work.",
         .advice = "log in as a local user (.\\Administrator), then set the service to Automatic"},
    };
}

}  // namespace nlafix::nla
