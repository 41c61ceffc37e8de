// SPDX-License-Identifier: GPL-2.0-or-later
// Help, for a terminal of any width.
// Owns: the layout of help and the breaking of lines.
// Never: knows what an option does.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_model.h"

namespace nlafix::cli {

/// Where there is no terminal.
inline constexpr std::size_t default_columns = 80;

/// `text` broken at spaces into lines of at most `columns` characters, each but the first indented
/// by `indent` spaces; the first one begins behind `first` characters that stand there already. A
/// word that is too long for a line keeps one for itself. Ends without a newline.
std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent,
                    std::size_t first);

/// `nlafix --help`.
std::string program_help(const std::vector<CommandModel>& commands,
                         const std::vector<OptionModel>& options, std::size_t columns);

/// `nlafix COMMAND --help`.
std::string command_help(const CommandModel& command, std::size_t columns);

}  // namespace nlafix::cli
