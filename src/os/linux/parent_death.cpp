// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/posix/parent_death.h"

#include <signal.h>
#include <sys/prctl.h>

namespace nlafix::os {

void die_with_parent() {
    static_cast<void>(::prctl(PR_SET_PDEATHSIG, SIGTERM));
}

}  // namespace nlafix::os
