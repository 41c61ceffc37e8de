// SPDX-License-Identifier: GPL-2.0-or-later
// Finding a write in place that was cut.
#pragma once

#include <optional>
#include <string>

#include "os/system.h"

namespace nlafix::store {

/// The path of the manifest of a write in place that began on the hive at `hive_path` and did not
/// end: from the manifests beside the hive, or from the marker. What stands there may be hostile;
/// it is only shown.
std::optional<std::string> find_interrupted_write(os::System& system,
                                                  const std::string& hive_path);

/// Throws Error(interrupted_write), with the undo to run, where there is one.
void refuse_interrupted_write(os::System& system, const std::string& hive_path);

/// That error, naming the `undo` to run.
[[noreturn]] void throw_interrupted_write(const std::string& target, const std::string& manifest);

}  // namespace nlafix::store
