// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <memory>
#include <optional>

#include "cli/repair_list.h"
#include "nlafix_version.h"

namespace nlafix::cli {
namespace {

constexpr const char* exit_status_help =
    "Exit status: 0 nothing to do, or done and verified; 1 a change is needed; 2 wrong usage;\n"
    "3 refused; 4 nothing suitable there; 5 malformed; 6 input or output error, the target is as\n"
    "it was; 7 the write could not be confirmed; 130 interrupted before the first write.";

/// Nothing for a word that is no choice.
std::optional<system::Choice> parse_choice(const std::string& word) {
    using Kind = system::Choice::Kind;
    if (word == "boot") return system::Choice{Kind::boot, 0};
    if (word == "current") return system::Choice{Kind::current, 0};
    if (word == "default") return system::Choice{Kind::default_set, 0};
    if (word == "all") return system::Choice{Kind::all, 0};
    if (word.empty() || word.size() > 3 ||
        word.find_first_not_of("0123456789") != std::string::npos) {
        return std::nullopt;
    }
    const auto number = static_cast<std::uint32_t>(std::stoul(word));
    if (number == 0) return std::nullopt;
    return system::Choice{Kind::number, number};
}

/// Nothing for what is no number of up to five digits.
std::optional<std::uint32_t> parse_number(const std::string& word) {
    if (word.empty() || word.size() > 5 ||
        word.find_first_not_of("0123456789") != std::string::npos) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(std::stoul(word));
}

// CLI11 takes an argument "[a,b]" apart, as a list. A mark behind the bracket keeps it whole.
constexpr char bracket_mark = '\x01';

void mark_brackets(std::string& argument) {
    if (!argument.empty() && argument.front() == '[' &&
        (argument.back() == ']' || argument.back() == bracket_mark)) {
        argument += bracket_mark;
    }
}

void unmark_brackets(std::string& argument) {
    if (!argument.empty() && argument.front() == '[' && argument.back() == bracket_mark) {
        argument.pop_back();
    }
}

class Formatter : public CLI::Formatter {
public:
    std::string make_usage(const CLI::App* app, std::string) const override {
        if (app->get_parent() == nullptr) return "Usage: nlafix COMMAND [OPTIONS] TARGET...\n";
        const std::string name = app->get_name();
        if (name == "recover") return "Usage: nlafix recover [OPTIONS] -o OUT HIVE\n";
        return "Usage: nlafix " + name + " [OPTIONS] " + (name == "undo" ? "BACKUP" : "TARGET") +
               "...\n";
    }
};

/// Takes "--" and all behind it out of `arguments`: CLI11 knows it only in front of the first one.
std::vector<std::string> take_verbatim(std::vector<std::string>& arguments) {
    const auto separator = std::find(arguments.begin(), arguments.end(), "--");
    if (separator == arguments.end()) return {};
    std::vector<std::string> verbatim(separator + 1, arguments.end());
    arguments.erase(separator, arguments.end());
    return verbatim;
}

/// What a command works on, as its help calls it.
struct Operand {
    const char* name;
    const char* description;
};
constexpr Operand target_operand = {
    "TARGET",
    "a SYSTEM hive; the root of a mounted Windows volume, its Windows folder or its config "
    "folder; or a disk, partition or image (raw, qcow2, VHD, VHDX, VMDK, nbd:// URI)"};
constexpr Operand backup_operand = {"BACKUP",
                                    "the copy that fix made (.bak), or its manifest (.json)"};
constexpr Operand hive_operand = {
    "HIVE",
    "any hive, not only SYSTEM, with its logs beside it; of a folder, "
    "disk or image its SYSTEM hive"};

/// A flag is there or not: without this, "--dry-run=0" would write.
void add_flag(CLI::App* command, const char* names, bool& flag, const char* description) {
    command->add_flag(names, flag, description)->disable_flag_override();
}

/// What the options of all commands are read into.
class CommandLine {
public:
    CommandLine();
    std::variant<Invocation, PlainText, UsageError> parse(std::vector<std::string> arguments);

private:
    CLI::App* add_command(app::Command command, const char* name, const Operand& operand,
                          const char* description);
    void add_reading_options(CLI::App* command);
    void add_jobs_option(CLI::App* command);
    void add_disk_options(CLI::App* command);
    void add_trust_option(CLI::App* command);
    void add_repair_options(CLI::App* fix);

    Invocation invocation_;
    bool list_repairs_ = false;
    CLI::App app_;
};

CLI::App* CommandLine::add_command(app::Command command, const char* name, const Operand& operand,
                                   const char* description) {
    CLI::App* sub = app_.add_subcommand(name, description);
    sub->add_option(operand.name, invocation_.targets, operand.description)
        ->type_name("")
        ->expected(1, static_cast<int>(CLI::detail::expected_max_vector_size));
    if (command != app::Command::recover) add_jobs_option(sub);
    add_flag(sub, "--json", invocation_.json,
             "one JSON object for each TARGET, on a line of its own");
    add_flag(sub, "-q,--quiet", invocation_.quiet, "no report; the exit status answers");
    add_flag(sub, "-v,--verbose", invocation_.verbose, "more about the hive and the values");
    sub->add_option_function<std::string>(
           "--color",
           [this](const std::string& word) {
               invocation_.color = word == "always"  ? Color::always
                                   : word == "never" ? Color::never
                                                     : Color::automatic;
           },
           "auto, always or never (default: auto; NO_COLOR counts)")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->type_name("WHEN");
    sub->callback([this, command] { invocation_.command = command; });
    return sub;
}

void CommandLine::add_reading_options(CLI::App* command) {
    command
        ->add_flag_callback(
            "--ignore-logs", [this] { invocation_.options.logs = recovery::LogPolicy::ignore; },
            "take a dirty hive without its transaction logs; what they hold is lost")
        ->disable_flag_override();
    command
        ->add_option_function<std::string>(
            "--control-set",
            [this](const std::string& word) {
                const auto choice = parse_choice(word);
                if (!choice) {
                    throw CLI::ValidationError(
                        "--control-set", "boot, current, default, all or 1 to 999, not " + word);
                }
                invocation_.options.control_sets = *choice;
            },
            "boot, current, default, all, or a number (default: boot, what Windows boots)")
        ->type_name("SET");
}

void CommandLine::add_jobs_option(CLI::App* command) {
    command
        ->add_option_function<std::string>(
            "-j,--jobs",
            [this](const std::string& word) {
                constexpr std::uint32_t most_jobs = 64;
                const auto number = parse_number(word);
                if (!number || *number == 0 || *number > most_jobs) {
                    throw CLI::ValidationError("--jobs", "1 to 64, not " + word);
                }
                invocation_.jobs = *number;
            },
            "how many at once (default: 1)")
        ->type_name("N");
}

void CommandLine::add_disk_options(CLI::App* command) {
    command
        ->add_option_function<std::string>(
            "--partition",
            [this](const std::string& word) {
                const auto number = parse_number(word);
                if (!number) {
                    throw CLI::ValidationError("--partition", "a number, not " + word);
                }
                invocation_.options.partition = *number;
            },
            "which partition, where a disk holds more than one Windows; its number in the "
            "partition table")
        ->type_name("N");
    command
        ->add_option_function<std::string>(
            "--format",
            [this](const std::string& word) {
                const auto format = disk::image_format_of(word);
                if (!format) {
                    throw CLI::ValidationError("--format",
                                               "raw, qcow2, vhd, vhdx or vmdk, not " + word);
                }
                invocation_.options.image_format = *format;
            },
            "the format of an image, instead of looking: raw, qcow2, vhd, vhdx or vmdk")
        ->type_name("FMT");
    add_trust_option(command);
}

void CommandLine::add_trust_option(CLI::App* command) {
    add_flag(command, "--trust-image-references", invocation_.options.trust_image_references,
             "open an image that leads to other files, such as a backing file");
}

void CommandLine::add_repair_options(CLI::App* fix) {
    fix->add_option_function<std::vector<std::string>>(
           "--also",
           [this](const std::vector<std::string>& codes) {
               for (const std::string& code : codes) {
                   if (app::is_repair(code)) continue;
                   throw CLI::ValidationError("--also",
                                              "one of " + repair_codes() + ", not " + code);
               }
               invocation_.options.also = codes;
           },
           "repair what this code stands for too, if check found it; may be given again")
        ->type_name("CODE")
        ->allow_extra_args(false);  // what follows a code is a TARGET
    add_flag(fix, "--list-repairs", list_repairs_,
             "list the codes of --also with what they write and their risk, and end");
}

CommandLine::CommandLine()
    : app_(
          "nlafix repairs Remote Desktop logins that fail with a network level authentication "
          "error,\nin the SYSTEM hive of a Windows that is not running.",
          "nlafix") {
    app_.formatter(std::make_shared<Formatter>());
    app_.require_subcommand(1);
    app_.allow_windows_style_options(false);  // "/x" is a path, also where CLI11 thinks otherwise
    app_.set_help_flag("-h,--help", "this help");
    app_.set_version_flag("-V,--version", "nlafix " NLAFIX_VERSION, "the version");
    app_.footer(exit_status_help);

    CLI::App* check = add_command(
        app::Command::check, "check", target_operand,
        "Read-only: say whether the two entries are there, and what else refuses logins");
    add_reading_options(check);
    add_disk_options(check);
    add_flag(check, "--strict", invocation_.options.strict,
             "exit 1 also when a finding blocks Remote Desktop");

    CLI::App* fix = add_command(app::Command::fix, "fix", target_operand,
                                "Add what is missing, verified, with a backup");
    add_reading_options(fix);
    add_disk_options(fix);
    add_flag(fix, "-n,--dry-run", invocation_.options.dry_run,
             "say what would be done; exit as check does");
    add_flag(fix, "--create-missing", invocation_.options.create_missing,
             "create a value that is absent");
    add_repair_options(fix);
    fix->add_option("--backup-dir", invocation_.options.backup_folder,
                    "where the backup goes (default: beside the hive or the image; for a block "
                    "device the current folder)")
        ->type_name("DIR");

    CLI::App* undo =
        add_command(app::Command::undo, "undo", backup_operand, "Put back what a fix replaced");
    undo->add_option("--target", invocation_.options.undo_target,
                     "where the hive or the disk is now, when that is elsewhere")
        ->type_name("PATH");
    add_trust_option(undo);

    CLI::App* recover = add_command(app::Command::recover, "recover", hive_operand,
                                    "Write a hive with its transaction logs applied elsewhere");
    recover
        ->add_option("-o,--output", invocation_.options.output,
                     "the file to write, which must not exist yet")
        ->required()
        ->type_name("OUT");
    add_disk_options(recover);
}

std::variant<Invocation, PlainText, UsageError> CommandLine::parse(
    std::vector<std::string> arguments) {
    const std::vector<std::string> verbatim = take_verbatim(arguments);
    for (std::string& argument : arguments) mark_brackets(argument);
    // CLI11 takes them from the back.
    std::reverse(arguments.begin(), arguments.end());
    try {
        app_.parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
        const auto chosen = app_.get_subcommands();
        return PlainText{chosen.empty() ? app_.help() : chosen.front()->help()};
    } catch (const CLI::CallForVersion& version) {
        return PlainText{std::string(version.what()) + "\n"};
    } catch (const CLI::ParseError& error) {
        return UsageError{error.what()};
    }
    for (std::string& target : invocation_.targets) unmark_brackets(target);
    invocation_.targets.insert(invocation_.targets.end(), verbatim.begin(), verbatim.end());
    if (list_repairs_) {
        if (invocation_.targets.empty() && !invocation_.json) return PlainText{repair_list()};
        return UsageError{"--list-repairs takes no TARGET, and prints text"};
    }
    if (invocation_.targets.empty()) {
        const auto chosen = app_.get_subcommands();
        return UsageError{chosen.front()->get_name() + ": what to work on is missing"};
    }
    unmark_brackets(invocation_.options.backup_folder);
    unmark_brackets(invocation_.options.undo_target);
    unmark_brackets(invocation_.options.output);
    if (invocation_.command == app::Command::recover && invocation_.targets.size() > 1) {
        return UsageError{"recover takes one HIVE"};
    }
    if (invocation_.command == app::Command::undo && invocation_.targets.size() > 1 &&
        !invocation_.options.undo_target.empty()) {
        return UsageError{"--target goes with one BACKUP"};
    }
    return invocation_;
}

}  // namespace

std::variant<Invocation, PlainText, UsageError> parse_arguments(
    const std::vector<std::string>& arguments) {
    return CommandLine().parse(arguments);
}

}  // namespace nlafix::cli
