// SPDX-License-Identifier: GPL-2.0-or-later
// Of builds with a sanitizer, and of machines whose system calls seccomp_filter.cpp does not list.
#include "os/linux/walls.h"

namespace nlafix::os {

Walls raise_walls(const Leave& leave) {
    Walls walls;
    walls.landlock = close_files(leave);
    return walls;
}

}  // namespace nlafix::os
