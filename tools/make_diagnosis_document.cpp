// SPDX-License-Identifier: GPL-2.0-or-later
// Writes docs/diagnosis.md from the table of rules, so that it cannot be out of date:
//
//     make_diagnosis_document FILE
#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <vector>

#include "nla/repair.h"

using namespace nlafix;
using nla::Rule;
using nla::Severity;
using system::Generation;

namespace {

constexpr const char* head =
    R"(<!-- Made by make_diagnosis_document from src/nla/rules_*.cpp. Do not edit: change the rule. -->

# Diagnosis

`nlafix check` looks at more than the two entries. It finds out why Remote Desktop refuses, as far as the
registry of a Windows that is not running can tell. It never writes. Findings do not change the exit status,
unless `--strict` is given: then a finding that blocks is exit 1.

* The first line of the report is the verdict, in plain words. Findings follow, the worst first. `-v` shows
  every value that was read, with its stock value. `--json` has all of it.
* A value as Windows ships it is no finding, with two exceptions that everybody must know of: Remote Desktop
  is off, and network level authentication is required.
* Stock values differ between generations of Windows. The SOFTWARE hive names the generation (*certain*);
  without it nlafix uses traces in SYSTEM (*likely* or *guessed*). If nothing tells, a value that any
  generation ships counts as stock.
* The stock values of Windows XP, XP x64 (NT 5.2), 7, 8.1 and 10 (1709, 1909, 2004) were read from real hives. Those
  of Vista, 11 and all servers come from public documents, or from the client of the same generation.
* SOFTWARE is read if the TARGET is a folder, disk or image; a dirty one is replayed. A policy in it overrides
  the value in SYSTEM. The report says which one counts; the other one is a note.
* An absent value is no finding unless its rule says so: Windows uses its default. A value that cannot be read is
  the finding `value-unreadable`; it affects the rules that need it and no other.
* *The console of Windows* is the screen of the machine, as its hypervisor, its cloud or its remote management shows
  it. Remote Desktop is not needed there.

| Severity | Meaning |
|---|---|
| blocks | as it stands, nobody gets in |
| may-block | somebody may not get in: it depends on the client, the domain, or a date |
| note | worth knowing, or it does not count |

)";

std::string generation_words(Generation generation) {
    return generation == Generation::unknown ? "any Windows" : system::name_of(generation);
}

/// "Windows 7 or Server 2008 R2 and later".
std::string span_of(const Rule& rule) {
    if (rule.until == Generation::win10) {
        return rule.since == Generation::unknown ? "any"
                                                 : generation_words(rule.since) + " and later";
    }
    return generation_words(rule.since) + " to " + generation_words(rule.until);
}

const char* top_of(nla::HiveRole hive) {
    switch (hive) {
        case nla::HiveRole::system: return "ControlSetNNN\\";
        case nla::HiveRole::system_root: return "SYSTEM\\";
        case nla::HiveRole::software: return "SOFTWARE\\";
        case nla::HiveRole::security: return "SECURITY\\";
        case nla::HiveRole::sam: return "SAM\\";
        case nla::HiveRole::volume: break;
    }
    return "Windows\\";
}

std::string stock_of(const nla::Place& place) {
    if (place.stock.empty()) return "absent";
    std::string text;
    for (const nla::Stock& stock : place.stock) {
        text += fmt::format("{}`{}` from {} on", text.empty() ? "" : ", ",
                            nla::stock_text(place, stock.from), generation_words(stock.from));
    }
    return text;
}

std::string places_of(const Rule& rule) {
    std::string text;
    for (const nla::Place& place : rule.places) {
        text += fmt::format("  * `{}{}`: `{}`, stock: {}\n", top_of(place.hive), place.key,
                            place.value, stock_of(place));
    }
    if (*rule.looks_at != '\0') text += fmt::format("  * {}\n", rule.looks_at);
    return text;
}

/// "blocks when 4: Remote Desktop would not start".
std::string cases_of(const Rule& rule) {
    std::string text;
    for (const nla::Case& one : rule.cases) {
        text += fmt::format("* {}: {}\n  when: {}{}\n", nla::word_of(one.severity),
                            nla::with_subject(one.says, rule.subject), one.condition.when,
                            rule.even_if_stock ? ", also where that is stock" : "");
    }
    return text;
}

std::string section_of(const Rule& rule) {
    std::string text = fmt::format("### {}\n\n{}\n\n{}", rule.code, rule.means, cases_of(rule));
    text += fmt::format("* Looks at, on {}:\n{}", span_of(rule), places_of(rule));
    text += fmt::format("* To do: {}\n", rule.to_do());
    if (rule.policy != nullptr) {
        text += fmt::format("* Overridden by the policy `SOFTWARE\\{}`: `{}`\n", nla::policies_key,
                            rule.policy);
    }
    if (rule.repair) {
        text += fmt::format("* Repair: `nlafix fix --also {}` writes: {}. Risk: {}\n", rule.code,
                            rule.repair->remedy.writes, rule.repair->risk);
    }
    return text + "\n";
}

std::string document() {
    std::string text = head;
    for (const Severity severity : {Severity::blocks, Severity::may_block, Severity::note}) {
        text += fmt::format("## {}\n\n", nla::word_of(severity));
        for (const Rule& rule : nla::rules()) {
            if (rule.severity() == severity) text += section_of(rule);
        }
    }
    text +=
        "## Beside the rules\n\n### value-unreadable\n\n"
        "may-block, or note where the rule is a note: a value that a rule needs is there and "
        "cannot be "
        "read: damage, another type, or another length than its type has. Whether the rule holds "
        "cannot be told; look at the value and repair it by hand.\n\n"
        "## Never written\n\nOnly the repairs above are ever made, and none that was not asked "
        "for. "
        "`AllowEncryptionOracle`, SCHANNEL, certificates, `OSConfig` and policies are reported and "
        "never written.\n";
    return text;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: make_diagnosis_document FILE\n", stderr);
        return 2;
    }
    std::FILE* file = std::fopen(argv[1], "wb");
    if (file == nullptr) {
        std::perror(argv[1]);
        return 1;
    }
    const std::string text = document();
    const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    if (std::fclose(file) != 0 || !written) {
        std::perror(argv[1]);
        return 1;
    }
    return 0;
}
