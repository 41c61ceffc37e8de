// SPDX-License-Identifier: GPL-2.0-or-later
// The volumes for a person: a table as wide as the terminal.
// Owns: the columns, and the words for what a volume is.
// Never: looks at a disk; everything comes from the lines of json_volume.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace nlafix::cli {

/// The table of `lines`, each of them one "nlafix.volume/1". A command to paste keeps its line,
/// however long. Empty for no line.
std::string volume_table(const std::vector<std::string>& lines, std::size_t columns);

}  // namespace nlafix::cli
