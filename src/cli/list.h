// SPDX-License-Identifier: GPL-2.0-or-later
// nlafix list: every volume of the machine, or of some disks, images and folders.
// Owns: who is looked at, in processes that can be left behind, and the exit status.
// Never: opens a disk in this process.
#pragma once

#include <functional>

#include "cli/options.h"
#include "os/system.h"

namespace nlafix::cli {

/// Prints the table, or with --json a line for each volume. Returns the exit status: 0 where a
/// Windows was found, 4 where none was. Throws nothing but what is a mistake of the program.
int run_list(const Invocation& invocation, os::System& system,
             const std::function<bool()>& was_interrupted);

}  // namespace nlafix::cli
