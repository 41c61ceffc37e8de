// SPDX-License-Identifier: GPL-2.0-or-later
// The command line.
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "app/session.h"
#include "cli/help.h"
#include "cli/usage.h"

namespace nlafix::cli {

enum class Color { automatic, always, never };

/// What to do: a command for each TARGET, or one that has no report.
enum class Action { work, list, backups };

struct Invocation {
    Action action = Action::work;
    app::Command command = app::Command::check;  // of Action::work
    app::Options options;
    std::vector<std::string> targets;  // to the byte as they were given
    std::size_t jobs = 1;              // TARGETs at once
    bool json = false;
    bool quiet = false;
    bool verbose = false;
    Color color = Color::automatic;
    std::size_t columns = default_columns;  // of the terminal
};

/// Text to print instead of a command: help or the version.
struct PlainText {
    std::string text;
    bool is_wrong_usage = false;  // for standard error: nothing was asked for
};

/// What the answer depends on besides the arguments.
struct Surroundings {
    std::size_t columns = default_columns;  // of the terminal, for help
    PathTest is_path;                       // may be empty: nothing is one
};

/// Arguments without the program's name.
std::variant<Invocation, PlainText, UsageError> parse_arguments(
    const std::vector<std::string>& arguments, const Surroundings& surroundings = {});

/// Whether `arguments` ask for JSON, whatever else is wrong with them.
bool wants_json(const std::vector<std::string>& arguments);

}  // namespace nlafix::cli
