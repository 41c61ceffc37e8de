// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <stdexcept>
#include <utility>

#include "cli/option_values.h"
#include "cli/repair_list.h"
#include "cli/version.h"

namespace nlafix::cli {
namespace {

using Words = std::vector<std::string>;

const Words colors = {"auto", "always", "never"};
const Words formats = disk::image_format_words();

/// A flag is there or not: without this, "--dry-run=0" would write.
void add_flag(CLI::App* command, const char* names, bool& flag, const char* description) {
    command->add_flag(names, flag, description)->disable_flag_override();
}

/// What CLI11 knows of the options of `command`.
std::vector<OptionModel> options_of(const CLI::App& command) {
    std::vector<OptionModel> models;
    for (const CLI::Option* option : command.get_options()) {
        if (option->get_positional()) continue;
        OptionModel model;
        for (const std::string& name : option->get_snames()) model.names.push_back('-' + name);
        for (const std::string& name : option->get_lnames()) model.names.push_back("--" + name);
        if (option->get_items_expected_max() > 0) model.value = option->get_type_name();
        model.description = option->get_description();
        model.is_repeatable = option->get_items_expected_max() > 1;
        models.push_back(std::move(model));
    }
    return models;
}

/// What the options of all commands are read into.
class CommandLine {
public:
    explicit CommandLine(Surroundings surroundings);
    std::variant<Invocation, PlainText, UsageError> parse(const Words& arguments);

private:
    CLI::App* add_command(const std::string& name);
    CLI::App* add_working_command(app::Command command, const std::string& name);
    void add_reading_options(CLI::App* command);
    void add_jobs_option(CLI::App* command);
    void add_disk_options(CLI::App* command);
    void add_format_option(CLI::App* command);
    void add_trust_option(CLI::App* command);
    void add_repair_options(CLI::App* fix);
    void add_list();
    void add_check();
    void add_fix();
    void add_undo();
    void add_recover();
    void add_backups();
    void add_help();

    std::string help(const std::string& command) const;
    UsageError wrong(const Words& arguments, const std::string& reason) const;
    std::variant<Invocation, PlainText, UsageError> finish(const Words& arguments,
                                                           const Words& verbatim);

    Surroundings surroundings_;
    Invocation invocation_;
    bool list_repairs_ = false;
    Words help_about_;
    CLI::App app_{"", "nlafix"};
    std::vector<CommandModel> models_ = command_models();
};

CLI::App* CommandLine::add_command(const std::string& name) {
    for (const CommandModel& model : models_) {
        if (model.name == name) return app_.add_subcommand(name, model.description);
    }
    throw std::logic_error("a command without a model: " + name);
}

CLI::App* CommandLine::add_working_command(app::Command command, const std::string& name) {
    CLI::App* sub = add_command(name);
    sub->add_option("TARGET", invocation_.targets)
        ->expected(1, static_cast<int>(CLI::detail::expected_max_vector_size));
    if (command != app::Command::recover) add_jobs_option(sub);
    add_flag(sub, "--json", invocation_.json,
             "print one JSON object for each TARGET, one per line");
    add_flag(sub, "-q,--quiet", invocation_.quiet, "print no report; the exit status answers");
    add_flag(sub, "-v,--verbose", invocation_.verbose, "print more about the hive and the values");
    sub->add_option_function<std::string>(
           "--color",
           [this](const std::string& word) {
               const auto found = std::find(colors.begin(), colors.end(), word);
               if (found == colors.end()) refuse_word("--color", word, colors);
               invocation_.color = static_cast<Color>(found - colors.begin());
           },
           alternatives(colors) + " (default: auto; respects NO_COLOR)")
        ->type_name("WHEN");
    sub->callback([this, command] { invocation_.command = command; });
    return sub;
}

void CommandLine::add_reading_options(CLI::App* command) {
    command
        ->add_flag_callback(
            "--ignore-logs", [this] { invocation_.options.logs = recovery::LogPolicy::ignore; },
            "use a dirty hive without its transaction logs; their content is lost")
        ->disable_flag_override();
    command
        ->add_option_function<std::string>(
            "--control-set",
            [this](const std::string& word) {
                invocation_.options.control_sets = control_set_choice(word);
            },
            "boot, current, default, all, or a number (default: boot, the set that Windows boots)")
        ->type_name("SET");
}

void CommandLine::add_jobs_option(CLI::App* command) {
    command
        ->add_option_function<std::string>(
            "-j,--jobs",
            [this](const std::string& word) {
                invocation_.jobs = number_in("--jobs", word, 1, 64);
            },
            "work on N targets at once, 1 to 64 (default: 1)")
        ->type_name("N");
}

void CommandLine::add_disk_options(CLI::App* command) {
    command
        ->add_option_function<std::string>(
            "--partition",
            [this](const std::string& word) {
                invocation_.options.partition = number_in("--partition", word, 0, 99999);
            },
            "the partition, if a disk holds more than one Windows: its number in the partition "
            "table")
        ->type_name("N");
    command
        ->add_option("--windows", invocation_.options.windows_folder,
                     "the Windows, if a volume holds more than one: the name of its folder")
        ->type_name("FOLDER");
    add_format_option(command);
    add_trust_option(command);
}

void CommandLine::add_format_option(CLI::App* command) {
    command
        ->add_option_function<std::string>(
            "--format",
            [this](const std::string& word) {
                invocation_.options.image_format = disk::image_format_of(word);
                if (!invocation_.options.image_format) refuse_word("--format", word, formats);
            },
            "the format of an image, if it is ambiguous: " + alternatives(formats))
        ->type_name("FMT");
}

void CommandLine::add_trust_option(CLI::App* command) {
    add_flag(command, "--trust-image-references", invocation_.options.trust_image_references,
             "open an image that refers to other files, such as a backing file");
}

void CommandLine::add_repair_options(CLI::App* fix) {
    fix->add_option_function<Words>(
           "--also",
           [this](const Words& codes) {
               for (const std::string& code : codes) {
                   if (app::is_repair(code)) continue;
                   throw WrongValue("--also", "one code of nlafix fix --list-repairs each time",
                                    code, nearest(code, repair_codes()));
               }
               invocation_.options.also = codes;
           },
           "also repair the finding with this code; may be given more than once")
        ->type_name("CODE")
        ->allow_extra_args(false);  // what follows a code is a TARGET
    add_flag(fix, "--list-repairs", list_repairs_,
             "list the codes for --also, what each one writes, and its risk");
}

void CommandLine::add_list() {
    CLI::App* list = add_command("list");
    list->add_option("TARGET", invocation_.targets)
        ->expected(1, static_cast<int>(CLI::detail::expected_max_vector_size));
    add_flag(list, "--json", invocation_.json,
             "print one JSON object for each volume, one per line");
    add_format_option(list);
    add_trust_option(list);
    list->callback([this] { invocation_.action = Action::list; });
}

void CommandLine::add_check() {
    CLI::App* check = add_working_command(app::Command::check, "check");
    add_reading_options(check);
    add_disk_options(check);
    add_flag(check, "--strict", invocation_.options.strict,
             "exit 1 even if only a finding blocks Remote Desktop");
}

void CommandLine::add_fix() {
    CLI::App* fix = add_working_command(app::Command::fix, "fix");
    add_reading_options(fix);
    add_disk_options(fix);
    add_flag(fix, "-n,--dry-run", invocation_.options.dry_run,
             "say what would be done; exit as check does");
    add_flag(fix, "--create-missing", invocation_.options.create_missing,
             "create a value that is absent");
    add_flag(fix, "--add-tspkg-anyway", invocation_.options.add_tspkg_anyway,
             "add tspkg even if tspkg.dll is not on the volume");
    add_repair_options(fix);
    fix->add_option("--backup-dir", invocation_.options.backup_folder,
                    "where to put the backup (default: beside the hive or image; for a block "
                    "device the current folder)")
        ->type_name("DIR");
}

void CommandLine::add_undo() {
    CLI::App* undo = add_working_command(app::Command::undo, "undo");
    undo->add_option("--backup-dir", invocation_.options.backup_folder,
                     "another folder to search for the backup of a hive, image or folder")
        ->type_name("DIR");
    undo->add_option("--target", invocation_.options.undo_target,
                     "where the hive or disk is now, if it moved")
        ->type_name("PATH");
    add_trust_option(undo);
}

void CommandLine::add_backups() {
    CLI::App* backups = add_command("backups");
    backups->add_option("DIR", invocation_.targets)
        ->expected(1, static_cast<int>(CLI::detail::expected_max_vector_size));
    add_flag(backups, "--json", invocation_.json,
             "print one JSON object for each backup, one per line");
    backups->callback([this] { invocation_.action = Action::backups; });
}

void CommandLine::add_recover() {
    CLI::App* recover = add_working_command(app::Command::recover, "recover");
    recover
        ->add_option("-o,--output", invocation_.options.output,
                     "the file to write, which must not exist yet")
        ->type_name("OUT");
    add_flag(recover, "--accept-damage", invocation_.options.accept_damage,
             "exit 0 even if the written hive is damaged");
    add_disk_options(recover);
}

void CommandLine::add_help() {
    add_command("help")->add_option("COMMAND", help_about_);
}

CommandLine::CommandLine(Surroundings surroundings) : surroundings_(std::move(surroundings)) {
    app_.require_subcommand(1);
    app_.allow_windows_style_options(false);  // "/x" is a path, also where CLI11 thinks otherwise
    app_.set_help_flag("-h,--help", "this help");
    app_.set_version_flag("-V,--version", version_text(),
                          "print the version, and what a bug report needs");
    add_list();
    add_check();
    add_fix();
    add_undo();
    add_recover();
    add_backups();
    add_help();
    for (CommandModel& model : models_)
        model.options = options_of(*app_.get_subcommand(model.name));
}

std::string CommandLine::help(const std::string& command) const {
    for (const CommandModel& model : models_) {
        if (model.name == command) return command_help(model, surroundings_.columns);
    }
    return program_help(models_, options_of(app_), surroundings_.columns);
}

UsageError CommandLine::wrong(const Words& arguments, const std::string& reason) const {
    return explain(models_, arguments, reason, surroundings_.is_path);
}

std::variant<Invocation, PlainText, UsageError> CommandLine::parse(const Words& arguments) {
    if (arguments.empty()) return PlainText{help(""), true};
    Words words = arguments;
    const Words verbatim = take_verbatim(words);
    for (std::string& word : words) mark_brackets(word);
    // CLI11 takes them from the back.
    std::reverse(words.begin(), words.end());
    try {
        app_.parse(std::move(words));
    } catch (const CLI::CallForHelp&) {
        const auto chosen = app_.get_subcommands();
        return PlainText{help(chosen.empty() ? "" : chosen.front()->get_name())};
    } catch (const CLI::CallForVersion& version) {
        return PlainText{std::string(version.what()) + "\n"};
    } catch (const WrongValue& value) {
        UsageError error = wrong(arguments, value.what());
        if (error.message != value.what()) return error;  // "-json" is no number of jobs
        error.word = value.value();
        error.suggestion = value.suggestion();
        return error;
    } catch (const CLI::ParseError& error) {
        return wrong(arguments, error.what());
    }
    return finish(arguments, verbatim);
}

/// What goes together with what.
std::variant<Invocation, PlainText, UsageError> CommandLine::finish(const Words& arguments,
                                                                    const Words& verbatim) {
    const auto refuse = [&](const std::string& reason) {
        return UsageError{reason, help_hint(arguments.front()), "", ""};
    };
    if (arguments.front() == "help") {
        if (help_about_.size() > 1) {
            return refuse("help takes one COMMAND, and \"" + help_about_[1] + "\" is another");
        }
        const std::string about = help_about_.empty() ? "" : help_about_.front();
        const bool is_known =
            about.empty() || std::any_of(models_.begin(), models_.end(),
                                         [&](const auto& one) { return one.name == about; });
        return is_known ? std::variant<Invocation, PlainText, UsageError>(PlainText{help(about)})
                        : wrong(help_about_, "");
    }
    Words& targets = invocation_.targets;
    for (std::string& target : targets) unmark_brackets(target);
    targets.insert(targets.end(), verbatim.begin(), verbatim.end());
    if (list_repairs_) {
        if (targets.empty() && !invocation_.json) {
            return PlainText{repair_list(surroundings_.columns)};
        }
        return refuse("--list-repairs takes no TARGET, and prints text");
    }
    invocation_.columns = surroundings_.columns;
    if (invocation_.action != Action::work) return invocation_;
    if (targets.empty()) return wrong(arguments, "");
    unmark_brackets(invocation_.options.backup_folder);
    unmark_brackets(invocation_.options.undo_target);
    unmark_brackets(invocation_.options.output);
    unmark_brackets(invocation_.options.windows_folder);
    if (invocation_.command == app::Command::recover && targets.size() > 1) {
        return refuse("recover takes one HIVE, and \"" + targets[1] + "\" is another");
    }
    if (invocation_.command == app::Command::recover && invocation_.options.output.empty()) {
        return refuse("recover needs to know what to write: -o OUT");
    }
    if (invocation_.command == app::Command::undo && targets.size() > 1 &&
        !invocation_.options.undo_target.empty()) {
        return refuse("--target goes with one BACKUP, and \"" + targets[1] + "\" is another");
    }
    return invocation_;
}

}  // namespace

std::variant<Invocation, PlainText, UsageError> parse_arguments(const Words& arguments,
                                                                const Surroundings& surroundings) {
    return CommandLine(surroundings).parse(arguments);
}

bool wants_json(const Words& arguments) {
    const auto end = std::find(arguments.begin(), arguments.end(), "--");
    return std::find(arguments.begin(), end, "--json") != end;
}

}  // namespace nlafix::cli
