// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/run.h"

#include <chrono>
#include <exception>
#include <mutex>
#include <optional>

#include "app/batch.h"
#include "app/next_command.h"
#include "app/session.h"
#include "base/error.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/json_report.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/summary.h"
#include "cli/text_report.h"
#include "cli/waiting.h"
#include "os/environment.h"
#include "os/leaving.h"
#include "os/terminal.h"

namespace nlafix::cli {
namespace {

/// A dumb terminal shows escape sequences as text.
bool takes_escapes(os::Stream stream) {
    return os::is_terminal(stream) && os::environment_variable("TERM") != "dumb";
}

bool wants_color(Color color) {
    if (color != Color::automatic) return color == Color::always;
    return takes_escapes(os::Stream::output) && os::environment_variable("NO_COLOR").empty();
}

/// Reports as they come, so that the first is seen although the last takes long. What has no report
/// yet are the last TARGETs.
class Printer {
public:
    explicit Printer(const Invocation& invocation)
        : invocation_(invocation),
          style_{!invocation.json && wants_color(invocation.color), invocation.verbose} {}

    void print(const app::Report& report) {
        std::string text;
        if (invocation_.json) {
            text = json_report(report);
        } else {
            text = invocation_.quiet ? quiet_report(report) : text_report(report, style_);
        }
        const std::lock_guard<std::timed_mutex> lock(mutex_);
        print(text, error_text(report));
        ++printed_;
        changed_ = changed_ || report.changed;
        status_ = worse(status_, exit_status_of(report));
    }

    /// One line for all TARGETs that have no report, if there are any: they were not begun.
    void print_interruption() {
        const std::lock_guard<std::timed_mutex> lock(mutex_);
        if (printed_ != invocation_.targets.size())
            print_rest("interrupted before it was looked at");
    }

    /// The same for a process that ends whatever hangs, a terminal included. The exit status.
    int print_last_words() {
        const std::unique_lock<std::timed_mutex> lock(mutex_, std::chrono::milliseconds(100));
        if (!lock.owns_lock()) return status_interrupted;
        print_rest("interrupted before the first write");
        return status_;
    }

    /// What is for people alone.
    void print_text(const std::string& text) {
        if (invocation_.json || invocation_.quiet) return;
        const std::lock_guard<std::timed_mutex> lock(mutex_);
        failed_ = !os::write_all(os::Stream::output, text) || failed_;
    }

    bool failed() const { return failed_; }
    bool changed() const { return changed_; }
    int status() const { return status_; }

private:
    void print(const std::string& report, const std::string& error) {
        failed_ = !os::write_all(os::Stream::output, report) || failed_;
        static_cast<void>(os::write_all(os::Stream::errors, error));
    }

    void print_rest(const std::string& why) {
        const std::size_t left = invocation_.targets.size() - printed_;
        const std::string message =
            left == 1 ? invocation_.targets.back() + ": " + why + "; nothing was changed"
                      : "interrupted; nothing was changed in the last " + std::to_string(left) +
                            " TARGETs";
        const std::string hint =
            left == 1 ? "run it again" : "run it again with the TARGETs that have no report";
        print(invocation_.json ? json_interruption(message, hint) : "", error_text(message, hint));
        status_ = worse(status_, status_interrupted);
    }

    const Invocation& invocation_;
    TextStyle style_;
    std::timed_mutex mutex_;
    std::size_t printed_ = 0;
    bool failed_ = false;
    bool changed_ = false;
    int status_ = status_done;
};

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
    Summary summary;
    Progress progress(!invocation.quiet && takes_escapes(os::Stream::errors),
                      invocation.targets.size());
    app::Options options = invocation.options;
    options.is_only_target = invocation.targets.size() == 1;
    // Of several at once, one line can follow none.
    if (invocation.jobs == 1) {
        options.progress = [&progress](const char* step) { progress.step(step); };
    }
    const auto work = [&](std::size_t index) -> std::optional<app::Report> {
        if (was_interrupted()) return std::nullopt;
        const std::string& target = invocation.targets[index];
        app::Report report = session.run(invocation.command, target, options);
        report.next = app::next_command(report, target, app::words_of(options));
        progress.count_one();
        return report;
    };
    const auto await = [&](std::size_t index) { progress.begin(invocation.targets[index]); };
    const auto take = [&](const app::Report& report) {
        progress.end();
        printer.print(report);
        summary.add(report);
    };
    {
        const SignalWatch watch(was_interrupted, [&] { os::leave(printer.print_last_words()); });
        app::run_batch(invocation.targets.size(), invocation.jobs, work, await, take);
    }
    progress.end();
    printer.print_text(summary.text());
    printer.print_interruption();
    return printer.failed() ? report_lost(printer.status(), printer.changed()) : printer.status();
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
        const auto& invocation = std::get<Invocation>(parsed);
        switch (invocation.action) {
            case Action::list: return run_list(invocation, system, was_interrupted);
            case Action::backups: return run_backups(invocation, system, was_interrupted);
            case Action::work: break;
        }
        return run_command(invocation, system, was_interrupted);
    } catch (const std::exception& error) {
        // A mistake in the program itself. Writes confirm themselves before they end.
        static_cast<void>(
            os::write_all(os::Stream::errors,
                          error_text(std::string("internal error: ") + error.what(), report_this)));
        return status_io;
    }
}

}  // namespace nlafix::cli
