// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/text_report.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/exit_status.h"
#include "regf/key_value.h"

namespace nlafix::cli {
namespace {

using app::Outcome;
using app::Report;

std::string headline(const Report& report) {
    switch (report.outcome) {
        case Outcome::nothing_to_do: return "nothing to do";
        case Outcome::change_needed: return report.dry_run ? "would be changed" : "change needed";
        case Outcome::fixed: return "fixed and verified";
        case Outcome::restored:
            return report.changed ? "put back and verified" : "is the original already";
        case Outcome::written: return "written to " + escaped(report.output);
        case Outcome::failed: break;
    }
    if (exit_status_of(report) == status_unconfirmed) return "NOT CONFIRMED";
    const bool reads = report.command == app::Command::check || report.dry_run;
    return reads ? std::string(status_word(report)) : "not changed";
}

const char* color_of(const Report& report) {
    if (report.outcome == Outcome::failed) return "\x1b[31m";
    return report.outcome == Outcome::change_needed ? "\x1b[33m" : "\x1b[32m";
}

std::string quoted_list(const std::vector<std::string>& items) {
    std::string text;
    for (const std::string& item : items) {
        text += fmt::format("{}\"{}\"", text.empty() ? "" : " ", escaped(item));
    }
    return text.empty() ? "(empty)" : text;
}

std::string state_text(const Report& report, const nla::ValueState& state) {
    using Kind = nla::ValueState::Kind;
    const char* entry = state.requirement->entry;
    switch (state.kind) {
        case Kind::present: return fmt::format("{} is there", entry);
        case Kind::missing:
            return std::string(entry) +
                   (report.outcome == Outcome::fixed ? " added" : " is missing");
        case Kind::absent_value:
            return report.outcome == Outcome::fixed ? fmt::format("created with {}", entry)
                                                    : "the value is absent";
        case Kind::absent_key: return "the key is absent";
        case Kind::unreadable: break;
    }
    return "cannot be read";
}

void add_states(std::string& out, const Report& report, bool verbose) {
    for (const nla::ValueState& state : report.states) {
        out += fmt::format("  {}\\{}: {}: {}\n", system::control_set_name(state.control_set),
                           state.requirement->key, state.requirement->value,
                           state_text(report, state));
        if (!verbose || state.content.empty()) continue;
        out += fmt::format("    found {} {}\n", regf::type_name(state.type),
                           quoted_list(state.content));
    }
}

/// What a dirty hive was made whole from: nobody should overlook it.
void add_recovery(std::string& out, const app::HiveReport& hive) {
    if (!hive.recovered) return;
    for (const app::LogReport& log : hive.logs) {
        if (!log.use.applied) continue;
        out += fmt::format("  recovered from {}: entries {} to {} ({} {})\n", escaped(log.name),
                           log.use.first_sequence, log.use.last_sequence, log.use.pages,
                           log.use.pages == 1 ? "page" : "pages");
    }
}

std::string log_text(const app::LogReport& log) {
    if (!log.error.empty()) return "cannot be read";
    if (!log.use.why.empty()) {
        return fmt::format("{}, {}", log.use.applied ? "applied" : "not applied",
                           escaped(log.use.why));
    }
    return fmt::format("{} entries", log.summary.entry_count);
}

void add_details(std::string& out, const Report& report) {
    if (report.hive) {
        out += fmt::format("  hive version 1.{}, {}{}\n", report.hive->minor_version,
                           report.hive->dirty ? "dirty" : "clean",
                           report.hive->bins_grew ? ", grown by its logs" : "");
        for (const app::LogReport& log : report.hive->logs) {
            out += fmt::format("  log {}: {}\n", escaped(log.name), log_text(log));
        }
    }
    for (const nla::PlannedEdit& edit : report.edits) {
        out += fmt::format("  {}: {} -> {}\n", escaped(edit.value), quoted_list(edit.before),
                           quoted_list(edit.after));
    }
    if (!report.method.empty()) out += fmt::format("  written: {}\n", report.method);
    for (const std::string& note : report.notes) out += fmt::format("  note: {}\n", escaped(note));
}

}  // namespace

std::string text_report(const Report& report, const TextStyle& style) {
    const std::string& path = report.location ? report.location->path : report.target;
    std::string out = fmt::format("{}: {}{}{}\n", escaped(path),
                                  style.color ? color_of(report) : "", headline(report),
                                  style.color ? "\x1b[0m" : "");
    if (report.hive) add_recovery(out, *report.hive);
    add_states(out, report, style.verbose);
    if (style.verbose) add_details(out, report);
    for (const std::string& warning : report.warnings) {
        out += fmt::format("  warning: {}\n", escaped(warning));
    }
    if (report.outcome == Outcome::fixed && !report.backup.empty()) {
        out += fmt::format("  backup: {}\n", escaped(report.backup));
        out += fmt::format("  undo:   nlafix undo {}\n", shell_quoted(report.backup));
    }
    return out;
}

std::string error_text(const std::string& message, const std::string& hint) {
    std::string text = fmt::format("nlafix: error: {}\n", escaped(message));
    if (!hint.empty()) text += fmt::format("nlafix: hint: {}\n", escaped(hint));
    return text;
}

std::string error_text(const Report& report) {
    return report.error ? error_text(report.error->message(), report.error->hint()) : "";
}

}  // namespace nlafix::cli
