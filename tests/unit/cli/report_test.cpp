// SPDX-License-Identifier: GPL-2.0-or-later
// Reports for programs and for persons, of values made here.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/json_line.h"
#include "cli/json_report.h"
#include "cli/text_report.h"
#include "regf/key_value.h"
#include "thrown.h"

using namespace nlafix;
using nlohmann::json;
using test::contains;

namespace {

nla::PlannedEdit packages_edit() {
    nla::PlannedEdit edit;
    edit.control_set = 1;
    edit.key = "Control\\Lsa";
    edit.value = "Security Packages";
    edit.type = regf::reg_multi_sz;
    edit.added = "tspkg";
    edit.before = {"\"\""};
    edit.after = {"\"\"", "tspkg"};
    return edit;
}

nla::PlannedEdit providers_edit() {
    nla::PlannedEdit edit = packages_edit();
    edit.key = "Control\\SecurityProviders";
    edit.value = "SecurityProviders";
    edit.type = regf::reg_sz;
    edit.added = "credssp.dll";
    edit.before = {"schannel.dll"};
    edit.after = {"schannel.dll, credssp.dll"};
    return edit;
}

app::Report fixed_report() {
    app::Report report;
    report.command = app::Command::fix;
    report.target = "/mnt";
    report.location = source::HiveLocation{source::TargetKind::folder, "/mnt/SYSTEM"};
    report.hive = app::HiveReport{};
    report.hive->minor_version = 5;
    report.hive->select = system::Select{1, 2, std::nullopt, 4};
    app::LogReport log;
    log.name = "SYSTEM.LOG1";
    log.summary.entry_count = 3;
    log.summary.first_sequence = 7;
    log.summary.last_sequence = 9;
    report.hive->logs = {log, {"SYSTEM.LOG2", {}, "cannot be read", {}}};
    report.outcome = app::Outcome::fixed;
    report.changed = report.verified = true;
    report.edits = {packages_edit(), providers_edit()};
    report.states = {
        {1, &nla::requirements()[0], nla::ValueState::Kind::missing, regf::reg_multi_sz, {"\"\""}}};
    report.backup = "/mnt/SYSTEM.nlafix-x.bak";
    report.undo = "nlafix undo /mnt/SYSTEM.nlafix-x.bak";
    report.method = "replace";
    report.warnings = {"a warning"};
    return report;
}

app::Report failed_report() {
    app::Report report;
    report.target = "/mnt";
    report.error = Error(ErrorCode::hibernated, "sleeps").path("/mnt/SYSTEM").hint("wake it");
    return report;
}

}  // namespace

TEST_CASE("The fields of a report are in the promised order") {
    const auto report = nlohmann::ordered_json::parse(cli::json_report(fixed_report()));
    std::vector<std::string> keys;
    for (const auto& [key, value] : report.items()) keys.push_back(key);
    CHECK(keys == std::vector<std::string>{
                      "schema",  "tool",    "command",   "status",   "exit_code", "verdict",
                      "advice",  "next",    "changed",   "verified", "dry_run",   "target",
                      "machine", "windows", "hive",      "edits",    "findings",  "fix_refuses",
                      "backup",  "output",  "method",    "written",  "confined",  "warnings",
                      "notes",   "areas",   "looked_at", "error"});
}

TEST_CASE("A report of a fix is one line of JSON with every promised field") {
    const std::string text = cli::json_report(fixed_report());
    CHECK(text.find('\n') == text.size() - 1);
    const json report = json::parse(text);
    CHECK(report["schema"] == "nlafix.report/1");
    CHECK(report["command"] == "fix");
    CHECK(report["status"] == "fixed");
    CHECK(report["exit_code"] == 0);
    CHECK(report["changed"] == true);
    CHECK(report["verified"] == true);
    CHECK(report["target"] == json{{"path", "/mnt"}, {"kind", "folder"}, {"hive", "/mnt/SYSTEM"}});
    CHECK(report["hive"]["minor_version"] == 5);
    CHECK(report["hive"]["dirty"] == false);
    CHECK(report["hive"]["recovered"] == false);
    CHECK(report["hive"]["select"] ==
          json{{"current", 1}, {"default", 2}, {"failed", nullptr}, {"last_known_good", 4}});
    CHECK(report["hive"]["logs"][0] == json{{"name", "SYSTEM.LOG1"},
                                            {"applied", false},
                                            {"entries", 3},
                                            {"first_sequence", 7},
                                            {"last_sequence", 9},
                                            {"ended_by", ""}});
    CHECK(report["hive"]["logs"][1]["first_sequence"] == nullptr);
    CHECK(report["edits"][0] == json{{"control_set", 1},
                                     {"key", "Control\\Lsa"},
                                     {"value", "Security Packages"},
                                     {"type", "REG_MULTI_SZ"},
                                     {"before", {"\"\""}},
                                     {"after", {"\"\"", "tspkg"}},
                                     {"added", "tspkg"}});
    CHECK(report["edits"][1]["before"] == "schannel.dll");
    CHECK(report["edits"][1]["after"] == "schannel.dll, credssp.dll");
    CHECK(report["backup"]["path"] == "/mnt/SYSTEM.nlafix-x.bak");
    CHECK(report["findings"] == json::array());
    CHECK(report["warnings"] == json{"a warning"});
    CHECK(report["error"] == nullptr);
}

TEST_CASE("A value that was created had no content before") {
    app::Report report = fixed_report();
    report.edits[0].created = true;
    report.edits[0].before.clear();
    CHECK(json::parse(cli::json_report(report))["edits"][0]["before"] == nullptr);
}

TEST_CASE("An error is in the JSON, too, with its hint") {
    const json report = json::parse(cli::json_report(failed_report()));
    CHECK(report["status"] == "refused");
    CHECK(report["exit_code"] == 3);
    CHECK(report["changed"] == false);
    CHECK(report["error"] ==
          json{{"code", "hibernated"}, {"message", "/mnt/SYSTEM: sleeps"}, {"hint", "wake it"}});
    CHECK(report["hive"] == nullptr);
    CHECK(report["backup"] == nullptr);
    CHECK(report["target"]["kind"] == nullptr);
    CHECK(report["edits"] == json::array());
}

TEST_CASE("Bytes that are no UTF-8 become U+FFFD in JSON") {
    app::Report report = fixed_report();
    report.target = "/mnt/\xff/x";
    report.warnings = {"\xc3"};
    const std::string text = cli::json_report(report);
    const json parsed = json::parse(text);
    CHECK(parsed["target"]["path"] == "/mnt/\xef\xbf\xbd/x");
    CHECK(parsed["warnings"][0] == "\xef\xbf\xbd");
}

TEST_CASE("Control characters in JSON are escaped") {
    app::Report report = fixed_report();
    report.warnings = {"\x1b[31m\n"};
    const std::string text = cli::json_report(report);
    CHECK_FALSE(contains(text, "\x1b"));
    CHECK(json::parse(text)["warnings"][0] == "\x1b[31m\n");
}

TEST_CASE("A text report says what was done, and how to undo it") {
    const std::string text = cli::text_report(fixed_report(), {});
    CHECK(text.find("/mnt/SYSTEM: fixed and verified\n") == 0);
    CHECK(contains(text, "ControlSet001\\Control\\Lsa: Security Packages: tspkg added\n"));
    CHECK(contains(text, "warning: a warning\n"));
    CHECK(contains(text, "nlafix undo /mnt/SYSTEM.nlafix-x.bak\n"));
    CHECK_FALSE(contains(text, "\x1b"));
    CHECK(contains(cli::text_report(fixed_report(), {true, false}), "\x1b[32m"));
}

TEST_CASE("Text from a hive, a disk or a log cannot act on the terminal") {
    app::Report report = fixed_report();
    const std::string hostile = "\x1b]0;x\x07\nnlafix: error: forged\xc2\x9b\xe2\x80\xae";
    report.location->path += hostile;
    report.backup += hostile;
    report.warnings = {hostile};
    report.notes = {hostile};
    report.hive->logs[0].name = hostile;
    report.states[0].content = {hostile};
    for (nla::PlannedEdit& edit : report.edits) {
        edit.value = hostile;
        edit.before = edit.after = {hostile};
    }
    report.error = Error(ErrorCode::malformed_hive, hostile).path(hostile).hint(hostile);
    for (const bool verbose : {false, true}) {
        const std::string text =
            cli::text_report(report, {false, verbose}) + cli::error_text(report);
        for (const char* bad :
             {"\x1b", "\x07", "\nnlafix: error: forged", "\xc2\x9b", "\xe2\x80\xae"}) {
            CHECK_FALSE(contains(text, bad));
        }
        CHECK(contains(text, "\\x1b]0;x\\x07\\x0a"));
    }
}

TEST_CASE("Error and hint are one line each; without an error there is nothing") {
    CHECK(cli::error_text(failed_report()) ==
          "nlafix: error: /mnt/SYSTEM: sleeps\nnlafix: hint: wake it\n");
    CHECK(cli::error_text(fixed_report()) == "");
    CHECK(cli::error_text("a", "") == "nlafix: error: a\n");
}

TEST_CASE("What nobody sees is escaped, in text and in JSON") {
    const std::string hidden = "a\x7f\xc2\x9b\xe2\x80\xa8\xe2\x80\xae\xe2\x80\x8b\xf3\xa0\x81\x81z";
    app::Report report = fixed_report();
    report.target = report.location->path = "/mnt/" + hidden;
    report.warnings = {hidden};
    report.edits[0].before = {hidden};
    const std::string text = cli::text_report(report, {false, true});
    const std::string line = cli::json_report(report);
    CHECK(contains(text, "warning: a\\x7f\\u{9b}\\u{2028}\\u{202e}\\u{200b}\\u{e0041}z"));
    CHECK(contains(line, "\"a\\u007f\\u009b\\u2028\\u202e\\u200b\\udb40\\udc41z\""));
    for (const std::string& printed : {text, line}) {
        CHECK_FALSE(contains(printed, "\x7f"));
        CHECK_FALSE(contains(printed, "\xe2\x80"));
        CHECK_FALSE(contains(printed, "\xf3\xa0"));
    }
    // To a program they are what they were.
    CHECK(json::parse(line)["warnings"][0] == hidden);
}

TEST_CASE("A lone surrogate is escaped in text, and in JSON it is one U+FFFD") {
    app::Report report = failed_report();
    report.target = "/mnt/\xed\xa0\x80!";
    report.error = std::nullopt;
    CHECK(contains(cli::text_report(report, {}), "/mnt/\\u{d800}!"));
    CHECK(json::parse(cli::json_report(report))["target"]["path"] == "/mnt/\xef\xbf\xbd!");
}

TEST_CASE("A report has at most 16 KiB of text and 256 KiB of JSON, whatever it is about") {
    app::Report report = fixed_report();
    const std::string long_text(5'000, 'x');
    const std::string hidden = "\xe2\x80\x8b";
    for (int i = 0; i < 100; ++i) {
        report.warnings.push_back(long_text);
        report.notes.push_back("note " + std::to_string(i));
        report.edits.push_back(packages_edit());
        report.edits.back().before = {long_text, hidden};
        report.states.push_back(report.states.front());
    }
    report.error = Error(ErrorCode::hibernated, long_text).hint(long_text);
    for (const bool verbose : {false, true}) {
        const std::string text = cli::text_report(report, {false, verbose});
        CHECK(text.size() + cli::error_text(report).size() <= cli::most_text_bytes);
        CHECK(contains(text, "more lines"));
        CHECK(contains(text, "  undo:   nlafix undo /mnt/SYSTEM.nlafix-x.bak\n"));
    }
    const std::string line = cli::json_report(report);
    CHECK(line.size() <= cli::most_json_bytes);
    const json parsed = json::parse(line);
    CHECK(parsed["shortened"] == true);
    CHECK(parsed["backup"]["path"] == "/mnt/SYSTEM.nlafix-x.bak");
    CHECK_FALSE(json::parse(cli::json_report(fixed_report())).contains("shortened"));
}
