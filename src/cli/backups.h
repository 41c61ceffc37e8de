// SPDX-License-Identifier: GPL-2.0-or-later
// The command `backups`: which fixes can be undone.
#pragma once

#include <functional>

#include "cli/options.h"
#include "os/system.h"

namespace nlafix::cli {

/// Lists the backups in each folder; the exit status. Read-only.
int run_backups(const Invocation& invocation, os::System& system,
                const std::function<bool()>& was_interrupted);

}  // namespace nlafix::cli
