// SPDX-License-Identifier: GPL-2.0-or-later
// What is wrong with a command line, and what was probably meant.
// Owns: naming the wrong word, the nearest right one, and the next thing to type.
// Never: decides whether a command line is wrong (src/cli/options does).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/command_model.h"

namespace nlafix::cli {

struct UsageError {
    std::string message;
    std::string hint;
    std::string word;        // the wrong one; empty where something is missing
    std::string suggestion;  // what was probably meant; empty where nothing comes near
};

/// Whether a file, folder or device has this name.
using PathTest = std::function<bool(const std::string& path)>;

/// The one of `candidates` that `word` was probably meant to be: one or two letters off, or
/// shortened; empty where nothing comes near.
std::string nearest(const std::string& word, const std::vector<std::string>& candidates);

/// "; did you mean "always"?", or nothing.
std::string did_you_mean(const std::string& suggestion);

/// Where the options of `command` are shown.
std::string help_hint(const std::string& command);

/// Why `arguments` are no command line. `reason` is what the parser said, for what it alone knows,
/// such as a value out of its range.
UsageError explain(const std::vector<CommandModel>& commands,
                   const std::vector<std::string>& arguments, const std::string& reason,
                   const PathTest& is_path);

}  // namespace nlafix::cli
