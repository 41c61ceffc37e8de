// SPDX-License-Identifier: GPL-2.0-or-later
// How much memory Linux still has for this process.
// Owns: /proc/meminfo, and the limits of control groups, of both versions.
// Never: takes any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "os/system.h"

namespace nlafix::os {

/// Where the kernel says it; other folders than these are for tests.
struct MemoryFolders {
    std::string proc = "/proc";
    std::string cgroups = "/sys/fs/cgroup";
};

/// Bytes: what is available, with free swap, and no more than each control group leaves. Nothing
/// where the kernel does not say.
std::optional<std::uint64_t> read_available_memory(System& system,
                                                   const MemoryFolders& folders = {});

}  // namespace nlafix::os
