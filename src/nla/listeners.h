// SPDX-License-Identifier: GPL-2.0-or-later
// The listeners below WinStations: a room of the diagnosis (nla/scene.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nla/scene.h"

namespace nlafix::nla {

struct Listener {
    std::string name;  // "RDP-Tcp"
    bool is_enabled = false;
    std::optional<std::uint32_t> port;
};

/// All but the console. Throws Error(malformed_hive).
std::vector<Listener> listeners(const Scene& scene);

}  // namespace nlafix::nla
