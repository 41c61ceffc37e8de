// SPDX-License-Identifier: GPL-2.0-or-later
// Network cards and their addresses as SYSTEM has them: a room of the diagnosis (nla/scene.h).
// Owns: which address is one.
#pragma once

#include <string>
#include <vector>

#include "nla/scene.h"

namespace nlafix::nla {

struct NetworkInterface {
    std::string guid;  // "{...}", as the key is called
    bool uses_dhcp = false;
    Observation fixed;                   // its value IPAddress
    std::vector<std::string> addresses;  // those in it, without 0.0.0.0
};

/// In the order of their keys. Throws Error(malformed_hive).
std::vector<NetworkInterface> network_interfaces(const Scene& scene);

}  // namespace nlafix::nla
