// SPDX-License-Identifier: GPL-2.0-or-later
// What fix --list-repairs prints.
#pragma once

#include <string>

namespace nlafix::cli {

/// Every repair that --also takes: code, what it is for, what it writes, and its risk.
std::string repair_list();

/// "a, b, c": the codes that --also takes.
std::string repair_codes();

}  // namespace nlafix::cli
