// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the machine has the memory that a run is going to take.
// Owns: the refusal where it has not.
// Never: takes any.
#pragma once

#include <cstdint>
#include <string>

#include "os/system.h"

namespace nlafix::os {

/// Throws Error(no_memory) where fewer than `bytes` are left; `what` takes them: "a fix of this
/// hive". Nothing where the system does not say what is left.
void require_memory(System& system, std::uint64_t bytes, const std::string& what);

}  // namespace nlafix::os
