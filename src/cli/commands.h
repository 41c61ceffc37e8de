// SPDX-License-Identifier: GPL-2.0-or-later
// The commands that look at no single hive.
#pragma once

#include <functional>

#include "cli/options.h"
#include "os/system.h"

namespace nlafix::cli {

/// Lists the fixes that can be undone, by the backups in each folder; the exit status. Read-only.
int run_backups(const Invocation& invocation, os::System& system,
                const std::function<bool()>& was_interrupted);

/// `list`: prints the table of volumes, or with --json a line for each volume. Returns the exit
/// status: 0 where a Windows was found, 4 where none was. Throws nothing but what is a mistake of
/// the program.
int run_list(const Invocation& invocation, os::System& system,
             const std::function<bool()>& was_interrupted);

}  // namespace nlafix::cli
