// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/posix/server_walls.h"

namespace nlafix::os {

struct ServerWalls::Rules {};

ServerWalls::ServerWalls(const ServerJob&) {}

ServerWalls::~ServerWalls() = default;

Walls ServerWalls::raise() const {
    return {};
}

}  // namespace nlafix::os
