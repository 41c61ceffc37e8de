// SPDX-License-Identifier: GPL-2.0-or-later
// Rules about Remote Desktop itself and its listener, RDP-Tcp.
#include "nla/conditions.h"

namespace nlafix::nla {
namespace {

using system::Generation;

constexpr const char* server = "Control\\Terminal Server";
constexpr const char* listener = "Control\\Terminal Server\\WinStations\\RDP-Tcp";

std::vector<Rule> blocking_rules() {
    return {
        {.code = "remote-desktop-off",
         .area = Area::remote_desktop,
         .places = {number_in(server, "fDenyTSConnections", {{Generation::xp, 1}})},
         .since = Generation::xp,
         .even_if_stock = true,
         .cases = {{Severity::blocks, is_set(), "Remote Desktop is switched off"}},
         .means = "Windows refuses every connection before a login begins; it is shipped like this "
                  "until somebody switches Remote Desktop on.",
         .beside = "the firewall stays closed then, unless it was opened: --also firewall-closed",
         .policy = "fDenyTSConnections",
         .repair = Repair{.does = "switch it on",
                          .remedy = set_number(0),
                          .risk = "The machine takes Remote Desktop connections from wherever its "
                                  "firewall lets them in; the firewall itself is not changed."}},
        {.code = "listener-off",
         .area = Area::remote_desktop,
         .places = {number_in(listener, "fEnableWinStation", {{Generation::xp, 1}})},
         .since = Generation::xp,
         .cases = {{Severity::blocks, is_number(0),
                    "nothing answers: the Remote Desktop listener is switched off"}},
         .means = "The service starts, but does not listen for connections.",
         .repair =
             Repair{.does = "switch it on",
                    .remedy = set_number(1),
                    .risk = "The machine takes Remote Desktop connections again; somebody may "
                            "have switched them off on purpose."}},
    };
}

std::vector<Rule> setting_rules() {
    return {
        {.code = "security-layer-out-of-range",
         .area = Area::remote_desktop,
         .places = {number_in(listener, "SecurityLayer",
                              {{Generation::vista, 1}, {Generation::win10, 2}})},
         .since = Generation::vista,
         .cases = {{Severity::may_block, is_above(2),
                    "the listener asks for a kind of security that does not exist"}},
         .means = "Windows knows the security layers 0 (RDP), 1 (negotiate) and 2 (TLS); what it "
                  "does with another number is not promised.",
         .policy = "SecurityLayer",
         .repair = Repair{.does = "set the stock value",
                          .remedy = set_stock_number(),
                          .risk = "Clients that cannot do TLS may be refused; it is as Windows is "
                                  "shipped."}},
        {.code = "negotiation-off",
         .area = Area::remote_desktop,
         .places = {number_in(listener, "fAllowSecProtocolNegotiation", {{Generation::vista, 1}})},
         .since = Generation::vista,
         .cases = {{Severity::may_block, is_number(0),
                    "the listener does not negotiate how a connection is secured"}},
         .means =
             "Client and server cannot agree on network level authentication, and clients that "
             "insist on it are refused.",
         .advice = "set it to 1 at the console of Windows"},
        {.code = "negotiation-off-everywhere",
         .area = Area::remote_desktop,
         .places = {number_in(server, "fAllowSecProtocolNegotiation")},
         .since = Generation::vista,
         .cases = {{Severity::may_block, is_number(0),
                    "Remote Desktop does not negotiate how a connection is secured"}},
         .means =
             "The same setting as the listener's, for all listeners; Windows does not ship it.",
         .advice = "set it to 1 or remove it at the console of Windows"},
        {.code = "port-changed",
         .area = Area::remote_desktop,
         .places = {number_in(listener, "PortNumber", {{Generation::xp, 3389}})},
         .since = Generation::xp,
         .cases = {{Severity::may_block, is_not(3389),
                    "Remote Desktop listens on another port than 3389"}},
         .means = "A client that is not told the port connects to nothing, and a firewall may not "
                  "let the port in.",
         .advice = "connect to HOST:PORT, and look at firewall and security group"},
        {.code = "encryption-fips",
         .area = Area::remote_desktop,
         .places = {number_in(listener, "MinEncryptionLevel", {{Generation::xp, 2}})},
         .since = Generation::xp,
         .cases = {{Severity::may_block, is_number(4), "the listener takes only FIPS encryption"}},
         .means = "Clients that cannot do FIPS 140 encryption are refused.",
         .advice = "try a current client; else set it to 2 at the console of Windows"},
        {.code = "nla-required",
         .area = Area::remote_desktop,
         .places = {number_in(listener, "UserAuthentication",
                              {{Generation::vista, 0}, {Generation::win8, 1}})},
         .since = Generation::vista,
         .even_if_stock = true,
         .cases = {{Severity::note, is_set(), "network level authentication is required"}},
         .means = "Users must prove who they are before they see a login screen; whatever keeps "
                  "that from working keeps everybody out.",
         .policy = "UserAuthentication",
         .repair = Repair{.does = "as an emergency way in",
                          .remedy = set_number(0),
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
