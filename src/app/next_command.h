// SPDX-License-Identifier: GPL-2.0-or-later
// The command line that comes next, ready to be pasted.
// Owns: which command answers what a report or a list says; quoting for the shell.
// Never: runs anything.
#pragma once

#include <string>

#include "app/options.h"
#include "app/report.h"

namespace nlafix::app {

struct Volume;

/// `path` as one word of the shell that is no option either.
std::string quoted_for_shell(const std::string& path);

/// The options among `options` that say which hive is meant and how it is read, as they are given:
/// " --partition 2", with a space in front; empty where none is.
std::string words_of(const Options& options);

/// What to type after `report`: fix with the codes of what was found and fix can repair. `place` is
/// the TARGET to name, `words` are options in front of it, as of words_of. Empty where nothing is
/// to be done, and after an error, whose hint says what to do.
std::string next_command(const Report& report, const std::string& place, const std::string& words);

/// How to get at a volume that holds no Windows as it is: unlock it, or put its array together.
/// Empty where there is nothing to do.
std::string way_in(const Volume& volume);

}  // namespace nlafix::app
