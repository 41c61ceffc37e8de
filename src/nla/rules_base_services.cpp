// SPDX-License-Identifier: GPL-2.0-or-later
// Rules about the services of Windows that a login needs beside TermService.
#include <algorithm>

#include "base/text.h"
#include "nla/conditions.h"
#include "nla/network.h"
#include "nla/services.h"
#include "system/machine.h"

namespace nlafix::nla {
namespace {

using system::Generation;
using Seen = std::vector<Observation>;

/// One service that may be disabled, and when that counts.
struct BaseService {
    const char* name;
    std::uint32_t start;  // as shipped
    Severity severity;
    const char* says;
    Generation since = Generation::xp;
    Generation until = Generation::win10;
    bool (*counts)(const Scene& scene) = nullptr;  // asked too, where it is not null
    const char* counts_when = "";
};

bool dhcp_or_dnscache_need_tdx(const Scene& scene) {
    for (const char* service : {"Dhcp", "Dnscache"}) {
        for (const std::string& needs : scene.look(dependencies_of(service)).elements) {
            if (ascii_lower_case(needs) == "tdx") return true;
        }
    }
    return false;
}

bool needs_dhcp(const Scene& scene) {
    const std::vector<NetworkInterface> all = network_interfaces(scene);
    const bool any_dhcp = std::any_of(all.begin(), all.end(),
                                      [](const NetworkInterface& one) { return one.uses_dhcp; });
    const bool any_static = std::any_of(all.begin(), all.end(), [](const NetworkInterface& one) {
        return !one.uses_dhcp && !one.addresses.empty();
    });
    return any_dhcp && !any_static;
}

bool does_not_need_dhcp(const Scene& scene) {
    return !needs_dhcp(scene);
}

Answer keeps_an_address_in_a_cloud(const Seen&, const Scene& scene) {
    const std::string platform = system::platform_of(scene.set());
    if (!system::is_cloud(platform)) return std::nullopt;
    for (const NetworkInterface& card : network_interfaces(scene)) {
        if (card.uses_dhcp || card.addresses.empty()) continue;
        return Found{"the drivers are those of " + platform, card.addresses.front(), card.fixed};
    }
    return std::nullopt;
}

bool is_in_domain(const Scene& scene) {
    return scene.in_domain();
}

bool is_in_no_domain(const Scene& scene) {
    return !scene.in_domain();
}

constexpr const char* nobody = "nobody could log in at all: {} is disabled";
constexpr const char* no_network = "the machine has no network: {} is disabled";
constexpr const char* no_session = "the part of Windows that carries a session, {}, is disabled";

/// The worst first, as the cases of a rule have to be.
const std::vector<BaseService>& base_services() {
    constexpr Severity blocks = Severity::blocks, may_block = Severity::may_block,
                       note = Severity::note;
    static const std::vector<BaseService> all = {
        {"SamSs", 2, blocks, nobody},
        {"LSM", 2, blocks, nobody, Generation::win8},
        {"nsi", 2, blocks, no_network, Generation::vista},
        {"nsiproxy", 1, blocks, no_network, Generation::vista},
        {"Tcpip", 0, blocks, no_network},
        {"AFD", 1, blocks, no_network},
        {"NDIS", 0, blocks, no_network},
        {"tdx", 1, blocks, no_network, Generation::vista, Generation::win10,
         dhcp_or_dnscache_need_tdx, "Dhcp or Dnscache depend on it"},
        {"RDPWD", 3, blocks, no_session, Generation::xp, Generation::win7},
        {"tdtcp", 3, blocks, no_session, Generation::xp, Generation::win7},
        {"tssecsrv", 3, blocks, no_session, Generation::win7, Generation::win7},
        {"Dhcp", 2, blocks, "the machine gets no address: {} is disabled", Generation::xp,
         Generation::win10, needs_dhcp, "a network card asks for its address, and none has one"},
        {"Dhcp", 2, may_block, "the machine asks nobody for an address: {} is disabled",
         Generation::xp, Generation::win10, does_not_need_dhcp, "a network card has an address"},
        {"BFE", 2, may_block, "the filters of Windows are in no defined state: {} is disabled",
         Generation::vista},
        {"mpssvc", 2, may_block, "the filters of Windows are in no defined state: {} is disabled",
         Generation::win7},
        {"CryptSvc", 2, may_block, "the service that checks certificates, {}, is disabled"},
        {"LanmanWorkstation", 2, may_block,
         "nobody of the domain could log in: {}, which Netlogon needs, is disabled", Generation::xp,
         Generation::win10, is_in_domain, "on a machine in a domain"},
        {"ProfSvc", 2, may_block, "a login is accepted and then fails: {} is disabled",
         Generation::vista},
        {"UserManager", 2, may_block, "a login is accepted and then fails: {} is disabled",
         Generation::win10},
        {"LanmanWorkstation", 2, note, "{}, which sets up Remote Desktop too, is disabled",
         Generation::xp, Generation::win10, is_in_no_domain, "on a machine in no domain"},
        {"Dnscache", 2, note, "names of machines are not kept: {} is disabled"},
        {"EventLog", 2, note, "nothing is logged: {} is disabled"},
        {"Winmgmt", 2, note, "tools for managing Windows do not work: {} is disabled"},
    };
    return all;
}

std::vector<Place> starts() {
    std::vector<Place> places;
    for (const BaseService& service : base_services()) {
        Place place =
            number_in(service_key(service.name), "Start", {{service.since, service.start}});
        const auto is_same = [&](const Place& other) { return same_place(other, place); };
        if (std::none_of(places.begin(), places.end(), is_same)) places.push_back(std::move(place));
    }
    return places;
}

Condition is_disabled(const BaseService& service) {
    std::string when = "Start of " + std::string(service.name) + " is 4";
    if (service.counts != nullptr) when += std::string(", and ") + service.counts_when;
    return {when, [&service](const Seen& seen, const Scene& scene) -> Answer {
                const Generation generation = scene.generation();
                const bool applies = generation == Generation::unknown ||
                                     (service.since <= generation && generation <= service.until);
                if (!applies) return std::nullopt;
                const std::string key = service_key(service.name);
                for (const Observation& start : seen) {
                    if (start.place.key != key) continue;
                    if (!start.is_present() || start.number != 4) return std::nullopt;
                    if (service.counts != nullptr && !service.counts(scene)) return std::nullopt;
                    return Found{"", service.name, start};
                }
                return std::nullopt;
            }};
}

std::vector<Case> cases() {
    std::vector<Case> all;
    for (const BaseService& service : base_services()) {
        all.push_back({service.severity, is_disabled(service), service.says});
    }
    return all;
}

}  // namespace

std::vector<Rule> base_service_rules() {
    return {{.code = "static-address-left",
             .area = Area::services,
             .looks_at = "`Services\\Tcpip\\Parameters\\Interfaces`, and the services that give a "
                         "cloud away",
             .subject = "an address",
             .since = Generation::xp,
             .even_if_absent = true,
             .cases = {{Severity::note,
                        {"a card without DHCP has an address, and the drivers are those of a cloud",
                         keeps_an_address_in_a_cloud},
                        "a network card keeps the address {}; in a cloud it must be the one that "
                        "the provider gave"}},
             .means = "A machine that was moved or restored keeps its old address, and answers "
                      "nobody.",
             .advice = "compare it with the address that the console of the cloud shows"},
            {.code = "system-service-disabled",
             .area = Area::services,
             .places = starts(),
             .subject = "a service",
             .since = Generation::xp,
             .every_case = true,
             .cases = cases(),
             .means = "Windows ships this service to be started; what depends on it fails.",
             .repair = Repair{.does = "let it start",
                              .remedy = set_stock_number(),
                              .risk = "Every service of this finding runs again, as shipped; "
                                      "somebody may have disabled one on purpose."}}};
}

}  // namespace nlafix::nla
