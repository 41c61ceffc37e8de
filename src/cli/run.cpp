// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/run.h"

#include <cstdlib>
#include <exception>

#include "app/batch.h"
#include "app/session.h"
#include "cli/exit_status.h"
#include "cli/json_report.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/text_report.h"
#include "os/environment.h"
#include "os/terminal.h"

namespace nlafix::cli {
namespace {

bool wants_color(Color color) {
    if (color != Color::automatic) return color == Color::always;
    return os::is_terminal(os::Stream::output) && os::environment_variable("NO_COLOR").empty() &&
           os::environment_variable("TERM") != "dumb";
}

/// Reports as they come, so that the first is seen although the last takes long.
class Printer {
public:
    explicit Printer(const Invocation& invocation)
        : invocation_(invocation),
          style_{!invocation.json && wants_color(invocation.color), invocation.verbose} {}

    void print(const app::Report& report) {
        std::string text;
        if (invocation_.json) {
            text = json_report(report);
        } else if (!invocation_.quiet) {
            text = text_report(report, style_);
        }
        failed_ = !os::write_all(os::Stream::output, text) || failed_;
        static_cast<void>(os::write_all(os::Stream::errors, error_text(report)));
    }

    bool failed() const { return failed_; }

private:
    const Invocation& invocation_;
    TextStyle style_;
    bool failed_ = false;
};

app::Report interrupted_report(const Invocation& invocation, const std::string& target) {
    app::Report report;
    report.command = invocation.command;
    report.dry_run = invocation.options.dry_run;
    report.target = target;
    report.error =
        Error(ErrorCode::interrupted, "interrupted before it was looked at; nothing was changed")
            .path(target)
            .hint("run it again");
    return report;
}

/// The exit status of a run whose reports nobody could read.
int report_lost(int status, bool changed) {
    static_cast<void>(os::write_all(
        os::Stream::errors,
        error_text("the report could not be written to standard output",
                   changed ? "look at the hive with nlafix check; its backup lies beside it "
                             "or in --backup-dir"
                           : "no hive was changed; give standard output room")));
    return worse(status, changed ? status_unconfirmed : status_io);
}

int run_command(const Invocation& invocation, os::System& system,
                const std::function<bool()>& was_interrupted) {
    app::Session session(system, was_interrupted);
    Printer printer(invocation);
    Progress progress(!invocation.quiet);
    app::Options options = invocation.options;
    // Of several at once, one line can follow none.
    if (invocation.jobs == 1) {
        options.progress = [&progress](const char* step) { progress.step(step); };
    }
    int status = status_done;
    bool changed = false;
    const auto work = [&](std::size_t index) {
        const std::string& target = invocation.targets[index];
        return was_interrupted() ? interrupted_report(invocation, target)
                                 : session.run(invocation.command, target, options);
    };
    const auto await = [&](std::size_t index) { progress.begin(invocation.targets[index]); };
    app::run_batch(invocation.targets.size(), invocation.jobs, work, await,
                   [&](const app::Report& report) {
                       progress.end();
                       changed = changed || report.changed;
                       status = worse(status, exit_status_of(report));
                       printer.print(report);
                   });
    return printer.failed() ? report_lost(status, changed) : status;
}

int print_text(const PlainText& text) {
    const os::Stream stream = text.is_wrong_usage ? os::Stream::errors : os::Stream::output;
    if (!os::write_all(stream, text.text)) return status_io;
    return text.is_wrong_usage ? status_usage : status_done;
}

int print_usage_error(const UsageError& error, bool json) {
    const bool lost = json && !os::write_all(os::Stream::output, json_usage_error(error));
    static_cast<void>(os::write_all(os::Stream::errors, error_text(error.message, error.hint)));
    return lost ? status_io : status_usage;
}

Surroundings surroundings_of(os::System& system) {
    Surroundings surroundings;
    std::size_t columns = os::terminal_columns(os::Stream::output);
    if (columns == 0) columns = os::terminal_columns(os::Stream::errors);
    if (columns != 0) surroundings.columns = columns;
    surroundings.is_path = [&system](const std::string& path) {
        os::FileStatus status;
        return system.status(path, true, status) == 0;
    };
    return surroundings;
}

}  // namespace

int run(const std::vector<std::string>& arguments, os::System& system,
        const std::function<bool()>& was_interrupted) {
    try {
        const auto parsed = parse_arguments(arguments, surroundings_of(system));
        if (const auto* text = std::get_if<PlainText>(&parsed)) return print_text(*text);
        if (const auto* error = std::get_if<UsageError>(&parsed)) {
            return print_usage_error(*error, wants_json(arguments));
        }
        return run_command(std::get<Invocation>(parsed), system, was_interrupted);
    } catch (const std::exception& error) {
        // A mistake in the program itself. Writes confirm themselves before they end.
        static_cast<void>(os::write_all(
            os::Stream::errors,
            error_text(std::string("internal error: ") + error.what(), "please report this")));
        return status_io;
    }
}

}  // namespace nlafix::cli
