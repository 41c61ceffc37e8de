// SPDX-License-Identifier: GPL-2.0-or-later
// The command line that comes next, ready to be pasted.
// Owns: which command answers what a report or a list says; quoting for the shell.
// Never: runs anything.
#pragma once

#include <string>

#include "app/report.h"

namespace nlafix::app {

struct Volume;

/// `path` as one word of the shell that is no option either.
std::string quoted_for_shell(const std::string& path);

/// What to type after `report`: fix with all codes of what check found and fix can repair; check
/// where something else has to be done first. `place` is the TARGET to name, `words` are options
/// that choose the Windows, each with a space in front. Empty where nothing is to be done.
std::string next_command(const Report& report, const std::string& place,
                         const std::string& words = "");

/// How to get at a volume that holds no Windows as it is: unlock it, or put its array together.
/// Empty where there is nothing to do.
std::string way_in(const Volume& volume);

}  // namespace nlafix::app
