// SPDX-License-Identifier: GPL-2.0-or-later
// The commands and their options as plain values: what help shows and what a usage error explains.
// Owns: the words of help about commands, and their examples.
// Never: parses arguments.
#pragma once

#include <string>
#include <vector>

namespace nlafix::cli {

struct OptionModel {
    std::vector<std::string> names;  // "-n", "--dry-run"
    std::string value;               // what its value is called: "DIR"; empty for a flag
    std::string description;
    bool is_repeatable = false;
};

/// A command line to try, and what it does.
struct Example {
    const char* line;
    const char* says;
};

struct CommandModel {
    std::string name;
    std::string description;
    std::string usage;  // what follows the name: "[OPTIONS] TARGET..."
    std::string operand = "TARGET";
    std::string operand_description;
    bool needs_operand = true;
    std::vector<OptionModel> options;
    std::vector<Example> examples;
};

/// All commands in the order of help, each without its options: those the parser knows.
std::vector<CommandModel> command_models();

}  // namespace nlafix::cli
