// SPDX-License-Identifier: GPL-2.0-or-later
// The variables of the environment.
// Owns: the one place that reads them.
#pragma once

#include <string>

namespace nlafix::os {

/// The value of the variable `name`; empty where it is unset, which means the same everywhere here.
std::string environment_variable(const char* name);

}  // namespace nlafix::os
