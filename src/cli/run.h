// SPDX-License-Identifier: GPL-2.0-or-later
// One run of the program.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "os/system.h"

namespace nlafix::cli {

/// Parses `arguments` (without the program's name), runs the command on every TARGET in order, and
/// prints the reports. Returns the exit status. Throws nothing.
int run(const std::vector<std::string>& arguments, os::System& system,
        const std::function<bool()>& was_interrupted);

}  // namespace nlafix::cli
