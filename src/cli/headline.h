// SPDX-License-Identifier: GPL-2.0-or-later
// The first thing that is said about a TARGET.
#pragma once

#include <string>
#include <vector>

#include "app/report.h"

namespace nlafix::cli {

/// The verdict in plain words, without the path: "nothing to do, but Remote Desktop is switched
/// off". Not escaped.
std::string headline(const app::Report& report);

/// The same for a table of many: what keeps Remote Desktop out, else whether there is anything to
/// do, without the reasons.
std::string brief_headline(const app::Report& report);

/// What to do about what is said first, or where nothing is found the emergency way in, with its
/// risk; empty where there is nothing. Not escaped.
std::string advice_of(const app::Report& report);

/// The findings that are still true when the command is done: without those that it repaired,
/// or in a dry run would repair.
std::vector<nla::Finding> remaining_findings(const app::Report& report);

}  // namespace nlafix::cli
