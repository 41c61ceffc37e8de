// SPDX-License-Identifier: GPL-2.0-or-later
// The files that other processes have open (proc_pid_fd(5), proc_pid_fdinfo(5)).
#pragma once

#include <vector>

#include "os/system.h"

namespace nlafix::os {

/// The processes, but this one, that have the file of `identity` open for writing; none where /proc
/// is missing, and none of those that this user may not look into.
std::vector<Process> find_writers(const FileIdentity& identity);

}  // namespace nlafix::os
