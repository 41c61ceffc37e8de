// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/json_report.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/file_time.h"
#include "base/text.h"
#include "cli/exit_status.h"
#include "cli/headline.h"
#include "cli/json_line.h"
#include "nlafix_version.h"
#include "regf/key_value.h"

namespace nlafix::cli {
namespace {

using nlohmann::ordered_json;

const char* command_word(app::Command command) {
    switch (command) {
        case app::Command::check: return "check";
        case app::Command::fix: return "fix";
        case app::Command::undo: return "undo";
        case app::Command::recover: break;
    }
    return "recover";
}

template <typename Number>
ordered_json or_null(const std::optional<Number>& number) {
    return number ? ordered_json(*number) : ordered_json(nullptr);
}

const char* kind_word(source::TargetKind kind) {
    switch (kind) {
        case source::TargetKind::hive: return "hive";
        case source::TargetKind::folder: return "folder";
        case source::TargetKind::disk: break;
    }
    return "disk";
}

ordered_json disk_json(const app::DiskReport& disk) {
    return {{"path", disk.path},
            {"format", disk.format},
            {"partition", disk.partition},
            {"offset", disk.offset},
            {"size_bytes", disk.size_bytes},
            {"label", disk.label},
            {"volume_id", disk.volume_id},
            {"confined", disk.confined}};
}

ordered_json target_json(const app::Report& report) {
    ordered_json json = {{"path", report.target}, {"kind", nullptr}, {"hive", nullptr}};
    if (report.location) {
        json["kind"] = kind_word(report.location->kind);
        json["hive"] = report.disk ? report.disk->hive : report.location->path;
    }
    if (report.disk) json["disk"] = disk_json(*report.disk);
    return json;
}

/// Of an applied log what was applied; of any other the entries that it holds.
ordered_json log_json(const app::LogReport& log) {
    const std::uint32_t entries = log.use.applied ? log.use.entries : log.summary.entry_count;
    ordered_json json = {{"name", log.name},         {"applied", log.use.applied},
                         {"entries", entries},       {"first_sequence", nullptr},
                         {"last_sequence", nullptr}, {"ended_by", log.use.why}};
    if (entries != 0) {
        json["first_sequence"] =
            log.use.applied ? log.use.first_sequence : log.summary.first_sequence;
        json["last_sequence"] = log.use.applied ? log.use.last_sequence : log.summary.last_sequence;
    }
    return json;
}

ordered_json ignored_json(const std::optional<recovery::IgnoredLogs>& ignored) {
    if (!ignored) return nullptr;
    ordered_json json = {
        {"entries", nullptr}, {"pages", nullptr}, {"keys", nullptr}, {"values", nullptr}};
    if (!ignored->is_known) return json;
    json["entries"] = ignored->entries;
    json["pages"] = ignored->pages;
    if (ignored->losses) {
        json["keys"] = ignored->losses->keys;
        json["values"] = ignored->losses->values;
    }
    return json;
}

ordered_json hive_json(const std::optional<app::HiveReport>& hive) {
    if (!hive) return nullptr;
    ordered_json json = {{"minor_version", hive->minor_version},
                         {"dirty", hive->dirty},
                         {"recovered", hive->recovered},
                         {"bins_grew", hive->bins_grew},
                         {"ignored_logs", ignored_json(hive->ignored_logs)},
                         {"logs", ordered_json::array()},
                         {"select", nullptr}};
    for (const app::LogReport& log : hive->logs) json["logs"].push_back(log_json(log));
    if (hive->select) {
        json["select"] = {{"current", or_null(hive->select->current)},
                          {"default", or_null(hive->select->default_set)},
                          {"failed", or_null(hive->select->failed)},
                          {"last_known_good", or_null(hive->select->last_known_good)}};
    }
    return json;
}

/// An array for REG_MULTI_SZ, one string for the others, null for a value that was absent.
ordered_json content_json(const std::vector<std::string>& content, std::uint32_t type) {
    if (type == regf::reg_multi_sz) return content;
    return content.empty() ? std::string() : content.front();
}

/// The number of a REG_DWORD, else what `shown` says; null for a value that is not there.
ordered_json data_json(std::uint32_t type, const Bytes& data, bool is_there,
                       const std::vector<std::string>& shown) {
    if (!is_there) return nullptr;
    if (type == regf::reg_dword && data.size() == 4) return u32_at(data, 0);
    return content_json(shown, type);
}

ordered_json repair_json(const nla::PlannedEdit& edit) {
    const bool in_set = edit.control_set != 0;
    return {{"control_set", in_set ? ordered_json(edit.control_set) : ordered_json(nullptr)},
            {"key", edit.key},
            {"value", edit.value},
            {"type", regf::type_name(edit.type)},
            {"before", data_json(edit.old_type, edit.old_data, !edit.created, edit.before)},
            {"after", data_json(edit.type, edit.data, !edit.removed, edit.after)},
            {"added", nullptr},
            {"repairs", edit.repairs}};
}

ordered_json edit_json(const nla::PlannedEdit& edit) {
    if (!edit.repairs.empty()) return repair_json(edit);
    return {{"control_set", edit.control_set},
            {"key", edit.key},
            {"value", edit.value},
            {"type", regf::type_name(edit.type)},
            {"before", edit.created ? ordered_json(nullptr) : content_json(edit.before, edit.type)},
            {"after", content_json(edit.after, edit.type)},
            {"added", edit.added}};
}

const char* state_word(nla::Observation::State state) {
    switch (state) {
        case nla::Observation::State::present: return "present";
        case nla::Observation::State::absent_value: return "absent-value";
        case nla::Observation::State::absent_key: return "absent-key";
        case nla::Observation::State::unreadable: break;
    }
    return "unreadable";
}

/// A number, an array of strings, bytes in hexadecimal; null where there is none to be had.
ordered_json observed_json(const nla::Observation& seen) {
    if (!seen.is_present()) return nullptr;
    switch (seen.place.content) {
        case nla::Content::number: return seen.number;
        case nla::Content::bytes: return nla::bytes_text(seen);
        case nla::Content::text:
        case nla::Content::other: return seen.text;
        case nla::Content::strings:
        case nla::Content::comma_separated: break;
    }
    return seen.all;
}

const char* hive_word(nla::HiveRole hive) {
    switch (hive) {
        case nla::HiveRole::software: return "SOFTWARE";
        case nla::HiveRole::security: return "SECURITY";
        case nla::HiveRole::sam: return "SAM";
        case nla::HiveRole::volume: return "volume";
        case nla::HiveRole::system:
        case nla::HiveRole::system_root: break;
    }
    return "SYSTEM";
}

/// Where a value lies and what stands there.
ordered_json observation_json(const nla::Observation& seen, const std::string& stock) {
    const bool in_set = seen.place.hive == nla::HiveRole::system;
    const bool has_type = seen.place.content != nla::Content::other && seen.is_there();
    return {{"hive", hive_word(seen.place.hive)},
            {"control_set", in_set ? ordered_json(seen.control_set) : ordered_json(nullptr)},
            {"key", seen.place.key},
            {"value", seen.place.value},
            {"state", state_word(seen.state)},
            {"type", has_type ? ordered_json(regf::type_name(seen.type)) : ordered_json(nullptr)},
            {"content", observed_json(seen)},
            {"stock", text_or_null(stock)}};
}

ordered_json finding_json(const nla::Finding& finding) {
    ordered_json json = {{"code", finding.code()},
                         {"severity", nla::word_of(finding.severity)},
                         {"says", finding.says()}};
    json.update(observation_json(finding.seen, finding.stock));
    json["evidence"] = finding.unreadable ? finding.seen.trouble : finding.detail;
    json["means"] = finding.means();
    json["to_do"] = finding.advice();
    json["overridden_by"] = text_or_null(finding.overridden_by);
    json["repair"] = nullptr;
    if (!finding.repair.empty()) json["repair"] = finding.rule->code;
    return json;
}

ordered_json looked_at_json(const nla::LookedAt& value) {
    ordered_json json = observation_json(value.seen, value.stock);
    json["overridden_by"] = text_or_null(value.overridden_by);
    return json;
}

ordered_json windows_json(const std::optional<nla::Diagnosis>& diagnosis) {
    if (!diagnosis) return nullptr;
    const nla::WindowsIdentity& windows = diagnosis->windows;
    ordered_json json = {{"generation", system::word_of(windows.generation)},
                         {"sureness", system::word_of(windows.sureness)},
                         {"evidence", windows.evidence},
                         {"name", nullptr},
                         {"product", nullptr},
                         {"edition", nullptr},
                         {"release", nullptr},
                         {"build", nullptr},
                         {"revision", nullptr}};
    if (!windows.version) return json;
    json["name"] = system::name_of(*windows.version);
    json["product"] = text_or_null(windows.version->product);
    json["edition"] = text_or_null(windows.version->edition);
    json["release"] = text_or_null(windows.version->release);
    json["build"] = text_or_null(windows.version->build);
    json["revision"] = or_null(windows.version->revision);
    return json;
}

ordered_json areas_json(const std::optional<nla::Diagnosis>& diagnosis) {
    if (!diagnosis) return nullptr;
    const nla::Coverage coverage = nla::coverage_of(*diagnosis);
    return {{"looked_at", coverage.looked_at}, {"not_looked_at", coverage.not_looked_at}};
}

ordered_json backup_json(const app::Report& report) {
    if (report.backup.empty()) return nullptr;
    return {{"path", report.backup}, {"in_memory", report.backup_in_memory}};
}

ordered_json output_json(const app::Report& report) {
    if (report.output.empty()) return nullptr;
    return {{"path", report.output}};
}

ordered_json written_json(const app::Report& report) {
    if (!report.effort) return nullptr;
    ordered_json json = {{"bytes", report.effort->bytes},
                         {"flushes", report.effort->flushes},
                         {"bytes_to_commit", nullptr},
                         {"flushes_to_commit", nullptr}};
    if (report.effort_to_commit) {
        json["bytes_to_commit"] = report.effort_to_commit->bytes;
        json["flushes_to_commit"] = report.effort_to_commit->flushes;
    }
    return json;
}

}  // namespace

std::string json_report(const app::Report& report) {
    ordered_json json = {{"schema", "nlafix.report/1"},
                         {"tool", NLAFIX_VERSION},
                         {"command", command_word(report.command)},
                         {"status", status_word(report)},
                         {"exit_code", exit_status_of(report)},
                         {"verdict", headline(report)},
                         {"advice", text_or_null(advice_of(report))},
                         {"next", text_or_null(report.next)},
                         {"changed", report.changed},
                         {"verified", report.verified},
                         {"dry_run", report.dry_run},
                         {"target", target_json(report)},
                         {"machine", machine_json(report.machine)},
                         {"windows", windows_json(report.diagnosis)},
                         {"hive", hive_json(report.hive)},
                         {"edits", ordered_json::array()},
                         {"findings", ordered_json::array()},
                         {"fix_refuses", error_json(report.fix_refuses)},
                         {"backup", backup_json(report)},
                         {"output", output_json(report)},
                         {"method", text_or_null(report.method)},
                         {"written", written_json(report)},
                         {"confined", report.confined},
                         {"warnings", report.warnings},
                         {"notes", report.notes},
                         {"areas", areas_json(report.diagnosis)},
                         {"looked_at", ordered_json::array()},
                         {"error", error_json(report.error)}};
    for (const nla::PlannedEdit& edit : report.edits) json["edits"].push_back(edit_json(edit));
    if (report.diagnosis) {
        for (const nla::Finding& finding : report.diagnosis->findings) {
            json["findings"].push_back(finding_json(finding));
        }
        for (const nla::LookedAt& value : report.diagnosis->looked_at) {
            json["looked_at"].push_back(looked_at_json(value));
        }
    }
    return json_line(std::move(json));
}

std::string json_interruption(const std::string& message, const std::string& hint) {
    return json_line({{"schema", "nlafix.error/1"},
                      {"exit_code", status_interrupted},
                      {"error",
                       {{"code", word_of(ErrorCode::interrupted)},
                        {"message", message},
                        {"hint", hint},
                        {"word", nullptr},
                        {"suggestion", nullptr}}}});
}

std::string json_usage_error(const UsageError& error) {
    const auto word_or_null = [](const std::string& word) {
        return word.empty() ? ordered_json(nullptr) : ordered_json(word);
    };
    return json_line({{"schema", "nlafix.error/1"},
                      {"exit_code", status_usage},
                      {"error",
                       {{"code", "usage"},
                        {"message", error.message},
                        {"hint", error.hint},
                        {"word", word_or_null(error.word)},
                        {"suggestion", word_or_null(error.suggestion)}}}});
}

}  // namespace nlafix::cli
