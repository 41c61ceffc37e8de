// SPDX-License-Identifier: GPL-2.0-or-later
// Rules about what the listener lets in: whether there is one, how many, over which card and port.
#include <algorithm>

#include "base/text.h"
#include "nla/conditions.h"
#include "nla/listeners.h"
#include "nla/network.h"
#include "regf/key_value.h"

namespace nlafix::nla {
namespace {

using system::Generation;
using Seen = std::vector<Observation>;

constexpr const char* server = "Control\\Terminal Server";
constexpr const char* listener = "Control\\Terminal Server\\WinStations\\RDP-Tcp";
constexpr const char* protocol_7 = "{18b726bb-6fe6-4fb9-9276-ed57ce7c7cb2}";
constexpr const char* protocol_8 = "{5828227c-20cf-4408-b73f-73ab70b8849f}";

Place policy(const char* value) {
    return {HiveRole::software, policies_key, value, Content::number};
}

bool is_gone(const Scene& scene) {
    return !scene.has_key(listener);
}

bool another_listens(const Scene& scene) {
    const std::vector<Listener> all = listeners(scene);
    return std::any_of(all.begin(), all.end(),
                       [](const Listener& one) { return one.is_enabled && one.port; });
}

Answer gone_and_no_other(const Seen&, const Scene& scene) {
    return found_if(is_gone(scene) && !another_listens(scene));
}

Answer gone_but_another(const Seen&, const Scene& scene) {
    return found_if(is_gone(scene) && another_listens(scene));
}

/// The card that the listener is bound to is none of this machine.
Answer is_bound_to_no_card(const Seen& seen, const Scene& scene) {
    if (!seen.front().is_present() || seen.front().number == 0) return std::nullopt;
    const std::string table = std::string(server) + "\\lanatable";
    const std::vector<NetworkInterface> cards = network_interfaces(scene);
    for (const std::string& guid : scene.subkeys_of(table)) {
        const Observation id = scene.look(number_in(table + "\\" + guid, "LanaId"));
        if (!id.is_present() || id.number != seen.front().number) continue;
        const bool is_there =
            std::any_of(cards.begin(), cards.end(), [&guid](const NetworkInterface& card) {
                return ascii_lower_case(card.guid) == ascii_lower_case(guid);
            });
        if (is_there) return std::nullopt;
        return Found{.detail = "the card was " + guid};
    }
    return Found{.detail = "no card has that number"};
}

Answer is_one_or_two(const Seen& seen, const Scene&) {
    return found_if(seen.front().is_present() &&
                    (seen.front().number == 1 || seen.front().number == 2));
}

Answer is_foreign_protocol(const Seen& seen, const Scene& scene) {
    const Observation& protocol = seen.front();
    if (!protocol.is_present()) return std::nullopt;
    const std::string guid = ascii_lower_case(protocol.text);
    const Generation generation = scene.generation();
    if (generation == Generation::unknown)
        return found_if(guid != protocol_7 && guid != protocol_8);
    if (generation < Generation::win7) return std::nullopt;
    return found_if(guid != (generation == Generation::win7 ? protocol_7 : protocol_8));
}

Answer is_foreign_name(const Seen& seen, const Scene&) {
    const Observation& name = seen[1];
    const std::string text = ascii_lower_case(name.text);
    if (!name.is_present() || text.compare(0, 13, "microsoft rdp") == 0 || text == "rdpwd") {
        return std::nullopt;
    }
    return Found{.seen = name};
}

Remedy set_stock_protocol() {
    return {
        "the protocol of the generation (REG_SZ)", [](const Observation& seen, const Scene& scene) {
            if (seen.place.value != "LoadableProtocol_Object") return std::vector<Change>{};
            const bool is_7 = scene.generation() == Generation::win7;
            if (scene.generation() == Generation::unknown) return std::vector<Change>{};
            return std::vector<Change>{text_at(seen, regf::reg_sz, is_7 ? protocol_7 : protocol_8)};
        }};
}

Answer shares_its_port(const Seen& seen, const Scene& scene) {
    if (!seen.front().is_present()) return std::nullopt;
    std::vector<std::string> others;
    for (const Listener& one : listeners(scene)) {
        const bool is_itself = ascii_lower_case(one.name) == "rdp-tcp";
        if (!is_itself && one.is_enabled && one.port == seen.front().number) {
            others.push_back(one.name);
        }
    }
    if (others.empty() || is_gone(scene)) return std::nullopt;
    return Found{.detail = "so does " + quoted_once(others)};
}

/// Of two values, SYSTEM's and the policy's, the one that counts.
const Observation& effective(const Observation& system, const Observation& policy) {
    return policy.is_present() ? policy : system;
}

Answer wants_nla_without_tls(const Seen& seen, const Scene&) {
    const Observation& layer = effective(seen[0], seen[1]);
    const Observation& nla = effective(seen[2], seen[3]);
    return found_if(layer.is_present() && layer.number == 0 && nla.is_present() && nla.number != 0);
}

Answer has_quoted_names(const Seen&, const Scene& scene) {
    std::vector<std::string> names;
    for (const std::string& name : scene.value_names_of(listener)) {
        if (!name.empty() && std::string("'\" ").find(name.front()) != std::string::npos) {
            names.push_back(name);
        }
    }
    if (names.empty()) return std::nullopt;
    return Found{.detail = "it has " + quoted_once(names)};
}

std::vector<Rule> whether_it_listens() {
    return {
        {.code = "listener-missing",
         .area = Area::remote_desktop,
         .places = {number_in(listener, "fEnableWinStation", {{Generation::xp, 1}})},
         .since = Generation::xp,
         .even_if_absent = true,
         .cases = {{Severity::blocks,
                    {"the key is absent, and no other listener is on", gone_and_no_other},
                    "nothing answers: the description of the Remote Desktop listener is gone"},
                   {Severity::may_block,
                    {"the key is absent, and another listener is on", gone_but_another},
                    "the description of the Remote Desktop listener is gone; another listener may "
                    "do its work"}},
         .means = "Without the key RDP-Tcp the service has nothing to listen for.",
         .advice = "put SYSTEM back from a backup, or import the key RDP-Tcp from a machine with "
                   "the same build"},
        {.code = "max-connections",
         .area = Area::remote_desktop,
         .places = {number_in(listener, "MaxInstanceCount", {{Generation::xp, 0xffffffff}})},
         .since = Generation::xp,
         .cases = {{Severity::blocks, is_number(0),
                    "nobody gets in: the listener takes no connection at all"},
                   {Severity::may_block,
                    {"1 or 2", is_one_or_two},
                    "one forgotten session locks everybody out: the listener takes very few "
                    "connections"}},
         .means = "The listener refuses connections beyond this number.",
         .policy = "MaxInstanceCount",
         .repair = Repair{.does = "lift the limit",
                          .remedy = set_number(0xffffffff),
                          .risk = "The listener takes as many connections as Windows allows."}},
        {.code = "lan-adapter",
         .area = Area::remote_desktop,
         .places = {number_in(listener, "LanAdapter", {{Generation::xp, 0}})},
         .looks_at = "`Terminal Server\\lanatable` and `Services\\Tcpip\\Parameters\\Interfaces`",
         .since = Generation::xp,
         .cases = {{Severity::blocks,
                    {"not 0, and no network card of the machine has that number",
                     is_bound_to_no_card},
                    "the listener is bound to one network card, and that card is not there"},
                   {Severity::note, is_set(), "the listener is bound to one network card"}},
         .means = "The listener answers on one card alone; moved to other hardware, a disk finds "
                  "that card no more.",
         .repair = Repair{.does = "let it answer on every card",
                          .remedy = set_number(0),
                          .risk = "Remote Desktop answers on every network of the machine."}},
    };
}

std::vector<Rule> whom_it_lets_in() {
    return {
        {.code = "listener-logon-off",
         .area = Area::remote_desktop,
         .places = {number_in(listener, "fLogonDisabled", {{Generation::xp, 0}})},
         .since = Generation::xp,
         .cases = {{Severity::may_block, is_set(), "the listener is told to take no logins"}},
         .means = "Microsoft's support script sets it back; what a current Windows makes of it is "
                  "not documented.",
         .repair = Repair{.does = "let it take logins",
                          .remedy = set_number(0),
                          .risk = "The listener takes logins again; it is as shipped."}},
        {.code = "terminal-server-off",
         .area = Area::remote_desktop,
         .places = {number_in(server, "TSEnabled",
                              {{Generation::xp, 1}, {Generation::vista, 0, "absent"}})},
         .since = Generation::xp,
         .cases = {{Severity::may_block, is_number(0), "terminal services are switched off"}},
         .means =
             "The switch that Windows XP and Server 2003 ship as 1; later ones do not have it, "
             "and what they make of it is not documented.",
         .repair = Repair{.does = "switch them on",
                          .remedy = set_number(1),
                          .risk = "The machine takes Remote Desktop connections again."}},
        {.code = "drain-mode",
         .area = Area::remote_desktop,
         .places = {number_in(server, "TSServerDrainMode")},
         .since = Generation::vista,
         .cases = {{Severity::may_block, is_number(2),
                    "only people who have a session get in: the server is being drained"},
                   {Severity::note, is_number(1),
                    "the server takes no new users until its next start"}},
         .means = "An administrator told the server to take no new sessions (change logon /drain).",
         .repair = Repair{.does = "let everybody in again",
                          .remedy = set_number(0),
                          .risk = "The server takes new sessions, which somebody did not want."}},
        {.code = "protocol-foreign",
         .area = Area::remote_desktop,
         .places = {text_in(listener, "LoadableProtocol_Object",
                            {{Generation::win7, 0, protocol_7}, {Generation::win8, 0, protocol_8}}),
                    text_in(listener, "WdName",
                            {{Generation::xp, 0, "Microsoft RDP 5.1"},
                             {Generation::win7, 0, "Microsoft RDP 7.1"},
                             {Generation::win8, 0, "Microsoft RDP 8.0"}})},
         .since = Generation::xp,
         .cases = {{Severity::may_block,
                    {"LoadableProtocol_Object is not the one of the generation",
                     is_foreign_protocol},
                    "the listener speaks with a component that this Windows does not ship"},
                   {Severity::note,
                    {"WdName does not begin with Microsoft RDP", is_foreign_name},
                    "the listener is named after another product than Remote Desktop"}},
         .means = "A third-party product, or a copy from another Windows, took the listener over.",
         .advice = "look for the product, and repair or remove it at the console of Windows",
         .repair = Repair{.does = "name the component that Windows ships",
                          .remedy = set_stock_protocol(),
                          .risk = "A product that put its own component there stops working."}},
        {.code = "port-shared",
         .area = Area::remote_desktop,
         .places = {number_in(listener, "PortNumber", {{Generation::xp, 3389}})},
         .looks_at = "`PortNumber` and `fEnableWinStation` of the other listeners",
         .since = Generation::xp,
         .even_if_stock = true,
         .cases = {{Severity::may_block,
                    {"another listener that is on has the same port", shares_its_port},
                    "two listeners share one port"}},
         .means = "The second one fails without a word, or sessions end at once.",
         .advice = "switch one of them off (fEnableWinStation 0), or give it another port, once "
                   "Windows can be reached"},
        {.code = "layer-0-with-nla",
         .area = Area::remote_desktop,
         .places = {number_in(listener, "SecurityLayer",
                              {{Generation::vista, 1}, {Generation::win10, 2}}),
                    policy("SecurityLayer"),
                    number_in(listener, "UserAuthentication",
                              {{Generation::vista, 0}, {Generation::win8, 1}}),
                    policy("UserAuthentication")},
         .since = Generation::vista,
         .cases = {{Severity::may_block,
                    {"SecurityLayer is 0 and UserAuthentication is not, the policies first",
                     wants_nla_without_tls},
                    "network level authentication is required, but TLS, inside which it runs, is "
                    "not offered"}},
         .means = "Client and server cannot agree on how a connection is secured.",
         .advice = "set SecurityLayer to 2 at the console of Windows; as an emergency way in: "
                   "nlafix fix --also nla-required"},
        {.code = "value-name-quoted",
         .area = Area::remote_desktop,
         .places = {number_in(listener, "fEnableWinStation", {{Generation::xp, 1}})},
         .looks_at = "the names of all values of the listener",
         .since = Generation::xp,
         .even_if_stock = true,
         .cases = {{Severity::note,
                    {"a name that begins with a quote or a blank", has_quoted_names},
                    "an edit was made under a wrong name and does nothing"}},
         .means = "Commands that were copied from a web page with quotes create a value of another "
                  "name beside the one that was meant.",
         .advice = "repeat the edit under the right name, and remove the wrong one"},
    };
}

}  // namespace

std::vector<Rule> terminal_server_rules() {
    std::vector<Rule> all = whether_it_listens();
    for (Rule& rule : whom_it_lets_in()) all.push_back(std::move(rule));
    return all;
}

}  // namespace nlafix::nla
