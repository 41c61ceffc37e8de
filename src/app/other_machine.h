// SPDX-License-Identifier: GPL-2.0-or-later
// Whether two hives are of one machine: where an undo finds neither what the fix wrote nor what it
// replaced, the user may have given the wrong disk.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"

namespace nlafix::app {

/// The computer name in a SYSTEM hive, UTF-8; empty where nothing says it, or the hive is damaged.
std::string computer_name_in(ByteView hive);

/// What shows that `now` is of another machine than `before`, for a person; nothing where nothing
/// does. Compares the computer names, the names of the root keys, and the GUIDs in the base blocks.
/// Never throws.
std::optional<std::string> sign_of_other_machine(ByteView now, ByteView before);

}  // namespace nlafix::app
