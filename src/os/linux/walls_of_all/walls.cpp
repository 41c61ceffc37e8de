// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/linux/walls.h"

namespace nlafix::os {

Walls raise_walls(const Leave& leave) {
    Walls walls;
    walls.landlock = close_files(leave);
    walls.rlimits = limit_resources(leave);
    walls.seccomp = filter_calls();  // the last one: it forbids what the others need
    return walls;
}

}  // namespace nlafix::os
