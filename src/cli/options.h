// SPDX-License-Identifier: GPL-2.0-or-later
// The command line.
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "app/pipeline.h"

namespace nlafix::cli {

enum class Color { automatic, always, never };

struct Invocation {
    app::Command command = app::Command::check;
    app::Options options;
    std::vector<std::string> targets;  // to the byte as they were given
    std::size_t jobs = 1;              // TARGETs at once
    bool json = false;
    bool quiet = false;
    bool verbose = false;
    Color color = Color::automatic;
};

/// Text to print instead of a command: help or the version.
struct PlainText {
    std::string text;
};

struct UsageError {
    std::string message;
};

/// Arguments without the program's name.
std::variant<Invocation, PlainText, UsageError> parse_arguments(
    const std::vector<std::string>& arguments);

}  // namespace nlafix::cli
