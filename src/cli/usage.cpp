// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/usage.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "os/path_syntax.h"

namespace nlafix::cli {
namespace {

using Words = std::vector<std::string>;

// What other tools call our commands.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> synonyms = {{
    {"repair", "fix"},
    {"apply", "fix"},
    {"mend", "fix"},
    {"restore", "undo"},
    {"revert", "undo"},
    {"rollback", "undo"},
    {"status", "check"},
    {"verify", "check"},
    {"diagnose", "check"},
    {"scan", "check"},
    {"test", "check"},
    {"replay", "recover"},
}};

/// Letters to add, drop, replace or exchange with their neighbour to make `b` of `a`.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> steps(a.size() + 1,
                                                std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                steps[i][j] = i + j;
                continue;
            }
            const std::size_t other = a[i - 1] == b[j - 1] ? 0 : 1;
            steps[i][j] =
                std::min({steps[i - 1][j] + 1, steps[i][j - 1] + 1, steps[i - 1][j - 1] + other});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                steps[i][j] = std::min(steps[i][j], steps[i - 2][j - 2] + 1);
            }
        }
    }
    return steps[a.size()][b.size()];
}

std::string quoted(const std::string& word) {
    return '"' + word + '"';
}

bool is_option(const std::string& word) {
    return word.size() > 1 && word.front() == '-';
}

std::string name_of(const std::string& option) {
    return option.starts_with("--") ? option.substr(0, option.find('=')) : option;
}

const CommandModel* find_command(const std::vector<CommandModel>& commands,
                                 const std::string& name) {
    const auto found = std::find_if(commands.begin(), commands.end(),
                                    [&](const CommandModel& one) { return one.name == name; });
    return found == commands.end() ? nullptr : &*found;
}

const OptionModel* find_option(const CommandModel& command, const std::string& name) {
    for (const OptionModel& option : command.options) {
        if (std::find(option.names.begin(), option.names.end(), name) != option.names.end()) {
            return &option;
        }
    }
    return nullptr;
}

Words names_of(const std::vector<CommandModel>& commands) {
    Words names;
    for (const CommandModel& command : commands) names.push_back(command.name);
    return names;
}

std::string listed(const Words& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const char* before = i == 0 ? "" : i + 1 == words.size() ? " and " : ", ";
        text += before + words[i];
    }
    return text;
}

/// The commands that have the option `name`.
Words owners_of(const std::vector<CommandModel>& commands, const std::string& name) {
    Words owners;
    for (const CommandModel& command : commands) {
        if (find_option(command, name)) owners.push_back(command.name);
    }
    return owners;
}

/// A command line to paste.
std::string line_of(const Words& words) {
    std::string line = "nlafix";
    for (const std::string& word : words) line += ' ' + os::shell_quoted(word);
    return line;
}

std::string list_hint(const std::vector<CommandModel>& commands) {
    return "the commands are " + listed(names_of(commands)) + "; nlafix COMMAND --help shows one";
}

/// `arguments` with the command that is at `at` in front.
Words with_command_first(const Words& arguments, std::size_t at) {
    Words moved = arguments;
    std::rotate(moved.begin(), moved.begin() + static_cast<std::ptrdiff_t>(at),
                moved.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    return moved;
}

/// Where in `arguments` the first command stands; their number where none does.
std::size_t place_of_command(const std::vector<CommandModel>& commands, const Words& arguments) {
    const auto is_command = [&](const std::string& word) { return find_command(commands, word); };
    return static_cast<std::size_t>(std::find_if(arguments.begin(), arguments.end(), is_command) -
                                    arguments.begin());
}

/// An option in front of the command.
UsageError option_in_front(const std::vector<CommandModel>& commands, const Words& arguments) {
    const std::string name = name_of(arguments.front());
    const Words owners = owners_of(commands, name);
    const std::size_t at = place_of_command(commands, arguments);
    UsageError error;
    error.word = arguments.front();
    if (owners.empty()) {
        error.message = "no option is called " + quoted(name);
        error.hint = list_hint(commands);
        return error;
    }
    if (at < arguments.size()) {
        error.message = quoted(name) + " stands in front of the command";
        error.suggestion = line_of(with_command_first(arguments, at));
    } else {
        error.message = "the command is missing in front of " + quoted(name);
        error.suggestion = "nlafix " + owners.front() + ' ' + name;
        if (name != "--list-repairs") error.suggestion += " TARGET";
    }
    error.hint = "options stand behind the command: " + error.suggestion;
    return error;
}

bool looks_like_path(const std::string& word, const PathTest& is_path) {
    return word.find_first_of("/\\.:") != std::string::npos || (is_path && is_path(word));
}

UsageError unknown_command(const std::vector<CommandModel>& commands, const Words& arguments,
                           const PathTest& is_path) {
    const std::string& word = arguments.front();
    UsageError error;
    error.word = word;
    error.message = "no command is called " + quoted(word);
    error.suggestion = nearest(word, names_of(commands));
    for (const auto& [other, ours] : synonyms) {
        if (word == other) error.suggestion = ours;
    }
    const std::size_t at = place_of_command(commands, arguments);
    if (looks_like_path(word, is_path)) {
        Words words = at < arguments.size() ? with_command_first(arguments, at) : arguments;
        if (at == arguments.size()) words.insert(words.begin(), "check");
        error.suggestion = line_of(words);
        error.message = "the command is missing in front of " + quoted(word);
        error.hint = "to look at it, without changing anything: " + error.suggestion;
        if (at < arguments.size()) error.hint = "the command stands first: " + error.suggestion;
    } else if (!error.suggestion.empty()) {
        error.message += did_you_mean(error.suggestion);
        error.hint =
            "nlafix " + error.suggestion + " --help shows it; nlafix help lists all commands";
    } else {
        error.hint = list_hint(commands);
    }
    return error;
}

UsageError unknown_option(const std::vector<CommandModel>& commands, const CommandModel& command,
                          const std::string& word) {
    const std::string name = name_of(word);
    Words candidates;
    for (const OptionModel& option : command.options) {
        candidates.insert(candidates.end(), option.names.begin(), option.names.end());
    }
    UsageError error;
    error.word = word;
    error.hint = help_hint(command.name);
    error.message = command.name + " has no option " + quoted(name);
    // "-json" for "--json"
    const std::string longer = word.starts_with("--") ? name : name_of('-' + word);
    error.suggestion = find_option(command, longer) ? longer : "";
    const Words owners = owners_of(commands, name);
    if (!owners.empty()) {
        error.message += "; it is one of " + listed(owners);
    } else {
        if (error.suggestion.empty() && name.size() > 2) {
            error.suggestion = nearest(longer, candidates);
        }
        error.message += did_you_mean(error.suggestion);
    }
    return error;
}

/// Goes through what stands behind the command, as the parser did.
class Scan {
public:
    Scan(const std::vector<CommandModel>& commands, const CommandModel& command)
        : commands_(commands), command_(command) {}

    /// The first thing that is wrong; nothing where only the parser knows.
    std::optional<UsageError> run(const Words& arguments) {
        for (std::size_t i = 1; i < arguments.size() && !error_; ++i) {
            const std::string& word = arguments[i];
            if (word == "--") {
                operands_ += arguments.size() - i - 1;
                break;
            }
            if (!is_option(word)) {
                ++operands_;
            } else if (word.starts_with("--")) {
                const bool has_value = word.find('=') != std::string::npos;
                take(word, name_of(word), has_value, i, arguments);
            } else {
                take_letters(word, i, arguments);
            }
        }
        if (!error_ && operands_ == 0 && command_.needs_operand) {
            error_ =
                UsageError{command_.name + " needs a " + command_.operand + ", and none is given",
                           command_.operand + " is " + command_.operand_description + ". nlafix " +
                               command_.name + " --help",
                           "", ""};
        }
        return error_;
    }

private:
    void take(const std::string& word, const std::string& name, bool has_value, std::size_t& i,
              const Words& arguments) {
        const OptionModel* option = find_option(command_, name);
        if (option == nullptr) {
            error_ = unknown_option(commands_, command_, word);
        } else if (option->value.empty() && has_value) {
            error_ = UsageError{quoted(name) + " takes no value, and has one in " + quoted(word),
                                "leave the value out: " + name, word, name};
        } else if (!option->value.empty()) {
            if (!has_value && ++i >= arguments.size()) {
                error_ = UsageError{quoted(name) + " needs a value: " + name + ' ' + option->value,
                                    help_hint(command_.name), word, ""};
            } else if (!option->is_repeatable &&
                       std::find(seen_.begin(), seen_.end(), option) != seen_.end()) {
                error_ = UsageError{quoted(name) + " is given more than once",
                                    "give it once; " + help_hint(command_.name), word, ""};
            }
            seen_.push_back(option);
        }
    }

    /// "-nq", or "-j4".
    void take_letters(const std::string& word, std::size_t& i, const Words& arguments) {
        if (word.size() > 2 && find_option(command_, name_of('-' + word))) {
            error_ = unknown_option(commands_, command_, word);  // "-json"
            return;
        }
        for (std::size_t at = 1; at < word.size() && !error_; ++at) {
            const std::string name = std::string("-") + word[at];
            const OptionModel* option = find_option(command_, name);
            if (option == nullptr) {
                error_ = unknown_option(commands_, command_, at == 1 ? word : name);
                return;
            }
            const bool rest_is_value = !option->value.empty() && at + 1 < word.size();
            take(word, name, rest_is_value, i, arguments);
            if (!option->value.empty()) return;
        }
    }

    const std::vector<CommandModel>& commands_;
    const CommandModel& command_;
    std::size_t operands_ = 0;
    std::vector<const OptionModel*> seen_;
    std::optional<UsageError> error_;
};

}  // namespace

std::string nearest(const std::string& given, const Words& candidates) {
    std::string word = given;
    for (char& c : word) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (word.size() > 64) return "";  // longer than any of ours
    // Shortened, and only one can be meant.
    Words longer;
    std::copy_if(candidates.begin(), candidates.end(), std::back_inserter(longer),
                 [&](const std::string& candidate) { return candidate.starts_with(word); });
    if (longer.size() == 1 && word.size() > 2) return longer.front();
    std::string best;
    std::size_t least = word.size() < 5 ? 2 : 3;  // one letter of a short word, else two
    for (const std::string& candidate : candidates) {
        const std::size_t found = distance(word, candidate);
        if (found < least && found < candidate.size()) {
            least = found;
            best = candidate;
        }
    }
    return best;
}

std::string help_hint(const std::string& command) {
    return "nlafix " + command + " --help shows its options, which stand behind the command";
}

std::string did_you_mean(const std::string& suggestion) {
    return suggestion.empty() ? "" : "; did you mean " + quoted(suggestion) + "?";
}

UsageError explain(const std::vector<CommandModel>& commands, const Words& arguments,
                   const std::string& reason, const PathTest& is_path) {
    if (arguments.empty() || arguments.front() == "--") {
        return {"the command is missing", list_hint(commands), "", ""};
    }
    if (is_option(arguments.front())) return option_in_front(commands, arguments);
    const CommandModel* command = find_command(commands, arguments.front());
    if (command == nullptr) return unknown_command(commands, arguments, is_path);
    if (auto error = Scan(commands, *command).run(arguments)) return *std::move(error);
    return {reason, help_hint(command->name), "", ""};
}

}  // namespace nlafix::cli
