// SPDX-License-Identifier: GPL-2.0-or-later
// The life of a confined process, from the fork to its end.
#pragma once

#include <sys/types.h>

#include <vector>

#include "os/system.h"

namespace nlafix::os {

/// In a process of one thread that was just forked by `parent`: gives up all rights, tells `end`
/// which walls stand, and only then runs `job`. The handles of `job` are this process's.
[[noreturn]] void live_confined(const ConfinedJob& job, int channel, int end, pid_t parent);

/// Closes all descriptors from `first` on.
void close_from(int first);

}  // namespace nlafix::os
