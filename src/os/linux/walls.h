// SPDX-License-Identifier: GPL-2.0-or-later
// What a process can give up for good, on Linux.
// Owns: the lists of what is left to it: system calls, rights on files, limits.
// Never: fails because a kernel lacks one of them; each says whether it holds.
// See landlock(7), seccomp(2), setrlimit(2).
#pragma once

#include <vector>

#include "os/system.h"

namespace nlafix::os {

/// What the process keeps.
struct Leave {
    const ConfinedJob* job = nullptr;
    std::vector<int> files;  // descriptors of job->files, in their order
};

/// CPU, address space, the size of files; no core dump, no new process.
bool limit_resources(const Leave& leave);
/// Landlock: files are opened as the job says, and nothing else is; no TCP, no signals to others.
bool close_files(const Leave& leave);
/// System calls that a parser in C needs. Of the others those that only an intruder makes end the
/// process, the rest fails with ENOSYS, as on a kernel that does not know them.
bool filter_calls();

/// Raises the walls that this build can have around this process. A sanitizer needs more memory
/// and more calls than a wall leaves, so its builds have Landlock alone.
Walls raise_walls(const Leave& leave);

}  // namespace nlafix::os
