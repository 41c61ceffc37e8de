// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/listeners.h"

#include "base/text.h"

namespace nlafix::nla {
namespace {

constexpr const char* stations = "Control\\Terminal Server\\WinStations";

}  // namespace

std::vector<Listener> listeners(const Scene& scene) {
    std::vector<Listener> all;
    for (const std::string& name : scene.subkeys_of(stations)) {
        if (ascii_lower_case(name) == "console") continue;
        const std::string key = std::string(stations) + "\\" + name;
        const Observation enabled = scene.look(number_in(key, "fEnableWinStation"));
        const Observation port = scene.look(number_in(key, "PortNumber"));
        Listener one{name, enabled.is_present() && enabled.number != 0, std::nullopt};
        if (port.is_present()) one.port = port.number;
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace nlafix::nla
