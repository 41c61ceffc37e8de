// SPDX-License-Identifier: GPL-2.0-or-later
// Rules about Remote Desktop itself and its listener, RDP-Tcp.
#include "nla/conditions.h"

namespace nlafix::nla {
namespace {

using system::Generation;

constexpr const char* server = "Control\\Terminal Server";
constexpr const char* listener = "Control\\Terminal Server\\WinStations\\RDP-Tcp";

Place number_in(const char* key, const char* value) {
    return {HiveRole::system, key, value, Content::number};
}

Evidence is_another_port(const std::vector<Observation>& seen, const Situation&) {
    return found_if(seen.front().is_present() && seen.front().number != 3389);
}

Evidence is_present(const std::vector<Observation>& seen, const Situation&) {
    return found_if(seen.front().is_present());
}

std::vector<Rule> blocking_rules() {
    return {
        {.code = "remote-desktop-off",
         .severity = Severity::blocks,
         .places = {number_in(server, "fDenyTSConnections")},
         .stock = {{Generation::xp, 1}},
         .since = Generation::xp,
         .when = "not 0",
         .finds = is_set,
         .even_if_stock = true,
         .says = "Remote Desktop is switched off",
         .means = "Windows refuses every connection before a login begins; it is shipped like this "
                  "until somebody switches Remote Desktop on.",
         .advice = "switch it on: nlafix fix --also remote-desktop-off",
         .policy = "fDenyTSConnections",
         .repair = Repair{.number = 0,
                          .risk = "The machine takes Remote Desktop connections from wherever its "
                                  "firewall lets them in; the firewall itself is not changed."}},
        {.code = "listener-off",
         .severity = Severity::blocks,
         .places = {number_in(listener, "fEnableWinStation")},
         .stock = {{Generation::xp, 1}},
         .since = Generation::xp,
         .when = "0",
         .finds = is_number<0>,
         .says = "nothing answers: the Remote Desktop listener is switched off",
         .means = "The service starts, but does not listen for connections.",
         .advice = "switch it on: nlafix fix --also listener-off",
         .repair =
             Repair{.number = 1,
                    .risk = "The machine takes Remote Desktop connections again; somebody may "
                            "have switched them off on purpose."}},
    };
}

std::vector<Rule> setting_rules() {
    return {
        {.code = "security-layer-out-of-range",
         .severity = Severity::may_block,
         .places = {number_in(listener, "SecurityLayer")},
         .stock = {{Generation::vista, 1}, {Generation::win10, 2}},
         .since = Generation::vista,
         .when = "above 2",
         .finds = is_above<2>,
         .says = "the listener asks for a kind of security that does not exist",
         .means = "Windows knows the security layers 0 (RDP), 1 (negotiate) and 2 (TLS); what it "
                  "does with another number is not promised.",
         .advice = "set the stock value: nlafix fix --also security-layer-out-of-range",
         .policy = "SecurityLayer",
         .repair = Repair{.to_stock = true,
                          .risk = "Clients that cannot do TLS may be refused; it is as Windows is "
                                  "shipped."}},
        {.code = "negotiation-off",
         .severity = Severity::may_block,
         .places = {number_in(listener, "fAllowSecProtocolNegotiation")},
         .stock = {{Generation::vista, 1}},
         .since = Generation::vista,
         .when = "0",
         .finds = is_number<0>,
         .says = "the listener does not negotiate how a connection is secured",
         .means =
             "Client and server cannot agree on network level authentication, and clients that "
             "insist on it are refused.",
         .advice = "set it to 1, once Windows can be reached"},
        {.code = "negotiation-off-everywhere",
         .severity = Severity::may_block,
         .places = {number_in(server, "fAllowSecProtocolNegotiation")},
         .since = Generation::vista,
         .when = "0",
         .finds = is_number<0>,
         .says = "Remote Desktop does not negotiate how a connection is secured",
         .means =
             "The same setting as the listener's, for all listeners; Windows does not ship it.",
         .advice = "set it to 1 or remove it, once Windows can be reached"},
        {.code = "port-changed",
         .severity = Severity::may_block,
         .places = {number_in(listener, "PortNumber")},
         .stock = {{Generation::xp, 3389}},
         .since = Generation::xp,
         .when = "not 3389",
         .finds = is_another_port,
         .says = "Remote Desktop listens on another port than 3389",
         .means = "A client that is not told the port connects to nothing, and a firewall may not "
                  "let the port in.",
         .advice = "connect to HOST:PORT, and look at firewall and security group"},
        {.code = "encryption-fips",
         .severity = Severity::may_block,
         .places = {number_in(listener, "MinEncryptionLevel")},
         .stock = {{Generation::xp, 2}},
         .since = Generation::xp,
         .when = "4",
         .finds = is_number<4>,
         .says = "the listener takes only FIPS encryption",
         .means = "Clients that cannot do FIPS 140 encryption are refused.",
         .advice = "try a current client; else set it to 2, once Windows can be reached"},
        {.code = "certificate-pinned",
         .severity = Severity::may_block,
         .places = {{HiveRole::system, listener, "SSLCertificateSHA1Hash", Content::bytes}},
         .since = Generation::vista,
         .when = "present",
         .finds = is_present,
         .says = "the listener uses one certain certificate, which may have expired",
         .means = "Windows makes its own certificate anew when it expires, but not one that was "
                  "chosen; one that is expired or gone ends the connection before the login.",
         .advice = "compare the thumbprint with the certificates of the machine, once Windows can "
                   "be reached"},
        {.code = "nla-required",
         .severity = Severity::note,
         .places = {number_in(listener, "UserAuthentication")},
         .stock = {{Generation::vista, 0}, {Generation::win8, 1}},
         .since = Generation::vista,
         .when = "not 0",
         .finds = is_set,
         .even_if_stock = true,
         .says = "network level authentication is required",
         .means = "Users must prove who they are before they see a login screen; whatever keeps "
                  "that from working keeps everybody out.",
         .advice = "as an emergency way in: nlafix fix --also nla-required",
         .policy = "UserAuthentication",
         .repair = Repair{.number = 0,
                          .risk = "Whoever reaches the port gets a login screen without having "
                                  "proved who they are; set it back to 1 when the login works."}},
    };
}

}  // namespace

std::vector<Rule> listener_rules() {
    std::vector<Rule> all = blocking_rules();
    for (Rule& rule : setting_rules()) all.push_back(std::move(rule));
    return all;
}

}  // namespace nlafix::nla
