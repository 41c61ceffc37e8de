// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace nlafix::cli {
namespace {

constexpr std::size_t fewest_columns = 40;
constexpr std::size_t description_at = 26;

constexpr std::pair<const char*, const char*> exit_statuses[] = {
    {"0", "nothing to do, or done and verified"},
    {"1", "a change is needed"},
    {"2", "wrong usage"},
    {"3", "refused"},
    {"4", "nothing suitable there"},
    {"5", "malformed"},
    {"6", "input or output error; the target is as it was"},
    {"7", "the write could not be confirmed"},
    {"130", "interrupted before the first write"},
};

/// "  -n, --dry-run           say what would be done", its description in a column of its own.
std::string row(const std::string& name, std::string_view description, std::size_t columns) {
    std::string text = "  " + name;
    if (text.size() + 2 > description_at) {
        text += '\n' + std::string(description_at, ' ');
    } else {
        text.resize(description_at, ' ');
    }
    return text + wrapped(description, columns, description_at, description_at) + '\n';
}

std::string row(const OptionModel& option, std::size_t columns) {
    std::string name;
    for (const std::string& one : option.names) name += (name.empty() ? "" : ", ") + one;
    if (!option.value.empty()) name += ' ' + option.value;
    return row(name, option.description, columns);
}

std::string rows(const std::vector<OptionModel>& options, std::size_t columns) {
    std::string text = "\nOptions:\n";
    for (const OptionModel& option : options) text += row(option, columns);
    return text;
}

std::string examples(const std::vector<Example>& shown, std::size_t columns) {
    constexpr std::size_t indent = 6;
    std::string text = "\nExamples:\n";
    for (const Example& example : shown) {
        text += fmt::format("  {}\n{:{}}{}\n", example.line, "", indent,
                            wrapped(example.says, columns, indent, indent));
    }
    return text;
}

std::string paragraph(std::string_view text, std::size_t columns) {
    return wrapped(text, columns, 0, 0) + '\n';
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent,
                    std::size_t first) {
    std::string out;
    std::size_t used = first;
    bool line_is_empty = true;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line_is_empty && used + 1 + word.size() > columns) {
            out += '\n' + std::string(indent, ' ');
            used = indent;
            line_is_empty = true;
        }
        if (!line_is_empty) out += ' ';
        used += word.size() + (line_is_empty ? 0 : 1);
        out += word;
        line_is_empty = false;
    }
    return out;
}

std::string program_help(const std::vector<CommandModel>& commands,
                         const std::vector<OptionModel>& options, std::size_t columns) {
    columns = std::max(columns, fewest_columns);
    std::string text = paragraph(
        "nlafix repairs Remote Desktop logins that fail with a network level authentication error, "
        "in the SYSTEM hive of a Windows that is not running.",
        columns);
    text += "\nUsage: nlafix COMMAND [OPTIONS] TARGET...\n\nCommands:\n";
    for (const CommandModel& command : commands) {
        text += row(command.name, command.description, columns);
    }
    text += rows(options, columns);
    text += examples({{"nlafix check /dev/sdb", "read-only: what is wrong on this disk"},
                      {"nlafix fix /dev/sdb", "repair it, with a backup in the current folder"},
                      {"nlafix undo BACKUP", "put back what it replaced"}},
                     columns);
    text += "\nExit status:\n";
    for (const auto& [status, meaning] : exit_statuses) {
        text += fmt::format("  {:<5}{}\n", status, wrapped(meaning, columns, 7, 7));
    }
    text += '\n' + paragraph(
                       "nlafix COMMAND --help shows the options of a command. The manual is "
                       "nlafix(1): man nlafix.",
                       columns);
    return text;
}

std::string command_help(const CommandModel& command, std::size_t columns) {
    columns = std::max(columns, fewest_columns);
    std::string text = paragraph(command.description, columns);
    text += fmt::format("\nUsage: nlafix {} {}\n\n", command.name, command.usage);
    text += row(command.operand, command.operand_description, columns);
    text += rows(command.options, columns);
    text += examples(command.examples, columns);
    text += '\n' + paragraph(
                       "nlafix help lists the commands and what each exit status means. The manual "
                       "is nlafix(1): man nlafix.",
                       columns);
    return text;
}

}  // namespace nlafix::cli
