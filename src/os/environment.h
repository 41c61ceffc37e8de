// SPDX-License-Identifier: GPL-2.0-or-later
// What surrounds the process: variables of the environment, its user, and what a person can do on
// this platform.
// Owns: the one place that reads them.
#pragma once

#include <cstdint>
#include <string>

namespace nlafix::os {

/// The value of the variable `name`; empty where it is unset, which means the same everywhere here.
std::string environment_variable(const char* name);

/// The user whose rights the process has, as FileStatus::owner names users; 0 where the system
/// knows no such numbers.
std::uint32_t current_user();

extern const char* const in_use_hint;
extern const char* const io_error_hint;

}  // namespace nlafix::os
