// SPDX-License-Identifier: GPL-2.0-or-later
// What fix --list-repairs prints.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace nlafix::cli {

/// Every repair that --also takes: code, what it is for, what it writes, and its risk.
std::string repair_list(std::size_t columns);

/// The codes that --also takes.
std::vector<std::string> repair_codes();

}  // namespace nlafix::cli
