// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/network.h"

#include <algorithm>

namespace nlafix::nla {
namespace {

constexpr const char* interfaces = "Services\\Tcpip\\Parameters\\Interfaces";

}  // namespace

std::vector<NetworkInterface> network_interfaces(const Scene& scene) {
    std::vector<NetworkInterface> all;
    for (const std::string& guid : scene.subkeys_of(interfaces)) {
        const std::string key = std::string(interfaces) + "\\" + guid;
        NetworkInterface one{guid, false, {}, {}};
        const Observation dhcp = scene.look(number_in(key, "EnableDHCP"));
        one.uses_dhcp = dhcp.is_present() && dhcp.number != 0;
        one.fixed = scene.look({HiveRole::system, key, "IPAddress", Content::strings});
        if (!one.uses_dhcp) {
            std::copy_if(one.fixed.elements.begin(), one.fixed.elements.end(),
                         std::back_inserter(one.addresses),
                         [](const std::string& address) { return address != "0.0.0.0"; });
        }
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace nlafix::nla
