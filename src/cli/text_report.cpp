// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/text_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "cli/headline.h"
#include "os/path_syntax.h"
#include "regf/key_value.h"

namespace nlafix::cli {
namespace {

using app::Outcome;
using app::Report;

// Of what was planned and of the warnings; the findings get what is left.
constexpr std::size_t most_bytes_of_a_part = 3072;
constexpr std::size_t most_line_bytes = 2048;
constexpr std::size_t most_choice_bytes = 512;  // of up to 16
constexpr std::size_t most_path_bytes = 1200;

/// As many lines of `text` as have at most `most_bytes` together, and how many were left out. None
/// is longer than most_line_bytes.
std::string bounded_lines(std::string_view text, std::size_t most_bytes) {
    constexpr std::size_t for_the_count = 64;
    if (text.size() <= most_bytes && text.size() <= most_line_bytes) return std::string(text);
    std::string out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size() - 1);
        std::string line = shortened(text.substr(0, end), most_line_bytes);
        if (out.size() + line.size() + for_the_count > most_bytes) {
            const auto left = std::count(text.begin(), text.end(), '\n');
            return out +
                   (most_bytes < for_the_count ? "" : fmt::format("  and {} more lines\n", left));
        }
        out += line + '\n';
        text.remove_prefix(end + 1);
    }
    return out;
}

const char* color_of(const Report& report) {
    if (report.outcome == Outcome::failed || report.error) return "\x1b[31m";
    const bool stands_in_the_way = !nla::verdict(remaining_findings(report)).empty();
    return report.outcome == Outcome::change_needed || stands_in_the_way ? "\x1b[33m" : "\x1b[32m";
}

std::string quoted_list(const std::vector<std::string>& items) {
    return items.empty() ? "(empty)" : escaped(quoted(items));
}

std::string state_text(const Report& report, const nla::ValueState& state) {
    using Kind = nla::ValueState::Kind;
    const char* entry = state.requirement->entry;
    switch (state.kind) {
        case Kind::present: return fmt::format("{} is there", entry);
        case Kind::missing:
            return std::string(entry) +
                   (report.outcome == Outcome::fixed ? " added" : " is missing");
        case Kind::without_file:
            return fmt::format(
                "{} is not added: the volume has no file that it names (--add-{}-anyway)", entry,
                entry);
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
                           state.requirement->place.key, state.requirement->place.value,
                           state_text(report, state));
        if (!verbose || state.content.empty()) continue;
        out += fmt::format("    found {} {}\n", regf::type_name(state.type),
                           quoted_list(state.content));
    }
}

std::string repair_text(const Report& report, const nla::PlannedEdit& edit) {
    const std::string before = escaped(nla::before_of(edit));
    const std::string after = escaped(nla::after_of(edit));
    if (report.outcome != Outcome::fixed) return fmt::format("{} -> {}", before, after);
    if (edit.removed) return fmt::format("removed, was {}", before);
    return fmt::format("set to {}, was {}", after, before);
}

/// The values beside the two lists that are, or would be, changed.
void add_repairs(std::string& out, const Report& report) {
    for (const nla::PlannedEdit& edit : report.edits) {
        if (edit.repairs.empty()) continue;
        out += fmt::format("  {}: {}: {} ({})\n", nla::key_of(edit), escaped(edit.value),
                           repair_text(report, edit), edit.repairs);
    }
}

const char* severity_text(nla::Severity severity) {
    switch (severity) {
        case nla::Severity::blocks: return "blocks";
        case nla::Severity::may_block: return "may block";
        case nla::Severity::note: break;
    }
    return "note";
}

/// "ControlSet001\Services\TermService: Start is 4, stock 3".
std::string evidence_text(const nla::Finding& finding) {
    const std::string& name = finding.seen.place.value;
    std::string text = nla::key_of(finding.seen) + ": ";
    // What is no value of a hive has no stock, and may have no name.
    if (!finding.stock.empty() || !name.empty()) {
        text += (name.empty() ? "the default value" : name) + " is ";
    }
    text += nla::content_of(finding.seen);
    if (!finding.stock.empty()) text += ", stock " + finding.stock;
    if (!finding.detail.empty()) text += "; " + finding.detail;
    if (finding.unreadable) text += "; it " + finding.seen.trouble;
    return escaped(text);
}

/// A note is one line, for the others also what to do about them.
void add_findings(std::string& out, const Report& report, bool verbose) {
    for (const nla::Finding& finding : remaining_findings(report)) {
        const bool is_note = finding.severity == nla::Severity::note;
        // What fix was not asked about does not belong into its report, unless it blocks.
        const bool is_asked = report.command == app::Command::check || finding.is_about_a_list();
        if (is_note && !is_asked && !verbose) continue;
        out += fmt::format("  {}: {} ({})\n", severity_text(finding.severity), finding.says(),
                           finding.code());
        out += fmt::format("    {}\n", evidence_text(finding));
        if (!finding.overridden_by.empty()) {
            out += fmt::format("    does not count, a policy does: {}\n",
                               escaped(finding.overridden_by));
        }
        if (is_note && !verbose) continue;
        if (verbose) out += fmt::format("    {}\n", finding.means());
        out += fmt::format("    to do: {}\n", finding.advice());
    }
}

void add_machine(std::string& out, const Report& report) {
    if (!report.machine || !report.machine->is_known()) return;
    out += fmt::format("  {}\n", escaped(system::line_of(*report.machine)));
}

/// Which Windows it is: what SOFTWARE says, or with -v what SYSTEM gives away.
void add_windows(std::string& out, const Report& report, bool verbose) {
    if (!report.diagnosis) return;
    const nla::WindowsIdentity& windows = report.diagnosis->windows;
    if (windows.version) {
        out += fmt::format("  {}\n", escaped(system::name_of(*windows.version)));
        if (!windows.version->edition.empty()) {
            out.pop_back();
            out += fmt::format(" ({})\n", escaped(windows.version->edition));
        }
    }
    if (!verbose || windows.sureness == system::Sureness::certain) return;
    if (windows.generation == system::Generation::unknown) {
        out += "  which Windows this is cannot be told\n";
        return;
    }
    out += fmt::format("  {} ({}, by {})\n", system::name_of(windows.generation),
                       system::word_of(windows.sureness), windows.evidence);
}

void add_looked_at(std::string& out, const Report& report) {
    if (!report.diagnosis) return;
    for (const nla::LookedAt& value : report.diagnosis->looked_at) {
        out +=
            fmt::format("  looked at {}: {}: {}, stock {}\n", nla::key_of(value.seen),
                        value.seen.place.value, escaped(nla::content_of(value.seen)), value.stock);
        if (value.overridden_by.empty()) continue;
        out.pop_back();
        out += fmt::format("; a policy counts: {}\n", escaped(value.overridden_by));
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

void add_method(std::string& out, const Report& report) {
    if (report.method.empty()) return;
    out += fmt::format("  written: {}", report.method);
    if (!report.method_reason.empty()) out += fmt::format(" ({})", escaped(report.method_reason));
    out += '\n';
    if (!report.effort) return;
    out += fmt::format("  written to hive and logs: {} bytes, {} flushes", report.effort->bytes,
                       report.effort->flushes);
    if (report.effort_to_commit) {
        out += fmt::format("; {} bytes, {} flushes until the new content counts",
                           report.effort_to_commit->bytes, report.effort_to_commit->flushes);
    }
    out += '\n';
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
        if (!edit.repairs.empty()) continue;
        out += fmt::format("  {}: {} -> {}\n", escaped(edit.value), quoted_list(edit.before),
                           quoted_list(edit.after));
    }
    add_looked_at(out, report);
    add_method(out, report);
    if (!report.confined.empty()) {
        out += fmt::format("  confined: {}\n", fmt::join(report.confined, ", "));
    }
    if (report.disk && !report.disk->confined.empty()) {
        out += fmt::format("  qemu-nbd confined: {}\n", fmt::join(report.disk->confined, ", "));
    }
    for (const std::string& note : report.notes) out += fmt::format("  note: {}\n", escaped(note));
}

/// Findings that stand in the way have their advice beside them.
bool is_on_the_way_out(const Report& report) {
    return nla::verdict(remaining_findings(report)).empty() && !advice_of(report).empty();
}

}  // namespace

std::string text_report(const Report& report, const TextStyle& style) {
    const std::string& path = report.location ? report.location->path : report.target;
    if (!report.repeats_target.empty() && (report.repeats || !report.error)) {
        return fmt::format("{}: the same hive as {}, reported above\n", escaped(path),
                           escaped(report.repeats_target));
    }
    std::string out =
        fmt::format("{}: {}{}{}\n", shortened(escaped(path), most_path_bytes),
                    style.color ? color_of(report) : "",
                    shortened(headline(report), most_line_bytes - most_path_bytes - 16),
                    style.color ? "\x1b[0m" : "");
    if (report.hive) add_recovery(out, *report.hive);
    add_machine(out, report);
    add_windows(out, report, style.verbose);
    add_states(out, report, style.verbose);
    add_repairs(out, report);
    std::string findings, details, warnings, way_back;
    add_findings(findings, report, style.verbose);
    if (style.verbose) add_details(details, report);
    for (const std::string& warning : report.warnings) {
        warnings += fmt::format("  warning: {}\n", escaped(warning));
    }
    if (report.outcome == Outcome::fixed && !report.backup.empty()) {
        way_back += fmt::format("  backup: {}\n", escaped(report.backup));
        way_back += fmt::format("  undo:   {}\n", report.undo);
    }
    if (is_on_the_way_out(report)) {
        way_back += fmt::format("  advice: {}\n", escaped(advice_of(report)));
    }
    if (!report.next.empty()) way_back += fmt::format("  next:   {}\n", report.next);
    // In the order of what must not be missed; what is printed last is not the least.
    const std::size_t needed = way_back.size() + error_text(report).size();
    std::size_t left = needed < most_text_bytes ? most_text_bytes - needed : 0;
    const auto take = [&left](const std::string& text, std::size_t most_bytes) {
        std::string taken = bounded_lines(text, std::min(left, most_bytes));
        left -= std::min(left, taken.size());
        return taken;
    };
    out = take(out, most_bytes_of_a_part);
    warnings = take(warnings, most_bytes_of_a_part);
    findings = take(findings, left);
    const std::string text = out + findings + take(details, left) + warnings + way_back;
    // Of a failure the error says it all, and once is enough.
    const bool is_all = report.outcome == Outcome::failed && report.error && !report.changed;
    return is_all && std::count(text.begin(), text.end(), '\n') == 1 ? "" : text;
}

std::string quiet_report(const Report& report) {
    return report.changed && !report.backup.empty() && report.command == app::Command::fix
               ? escaped(report.backup) + '\n'
               : "";
}

std::string error_text(const std::string& message, const std::string& hint,
                       const std::vector<WindowsChoice>& choices) {
    const auto line = [](std::string_view head, const std::string& text,
                         std::size_t most_bytes = most_line_bytes) {
        return fmt::format("{}{}\n", head, shortened(escaped(text), most_bytes));
    };
    std::string text = line("nlafix: error: ", message);
    std::size_t columns = 0;
    for (const WindowsChoice& choice : choices) {
        columns = std::max(columns, choice.options.size() + 2);
    }
    for (const WindowsChoice& choice : choices) {
        text += line("  ", fmt::format("{:<{}}{}", choice.options, columns, choice.text()),
                     most_choice_bytes);
    }
    if (!hint.empty()) text += line("nlafix: hint: ", hint);
    return text;
}

std::string error_text(const Report& report) {
    if (!report.error) return "";
    return error_text(report.error->message_without_choices(), report.error->hint(),
                      report.error->choices());
}

}  // namespace nlafix::cli
