// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/repair_list.h"

#include <fmt/format.h>

#include "app/options.h"
#include "app/report.h"
#include "cli/help.h"

namespace nlafix::cli {
namespace {

std::string written_by(const nla::Rule& rule) {
    if (rule.repair->remedy.names_the_value) return rule.repair->remedy.writes;
    const nla::Place& place = rule.places.front();
    return fmt::format("{}: {} becomes {}", place.key, place.value, rule.repair->remedy.writes);
}

}  // namespace

std::string repair_list(std::size_t columns) {
    constexpr std::size_t indent = 10;
    std::string text = wrapped(
        "Repairs beyond the two entries. None is made unless --also asks for it by its code.",
        columns, 0, 0);
    text += '\n';
    const auto row = [&](const char* title, const std::string& says) {
        text += fmt::format("  {:<8}{}\n", title, wrapped(says, columns, indent, indent));
    };
    for (const nla::Rule* rule : app::repairs()) {
        text += fmt::format("\n{}\n", rule->code);
        row("when:", nla::with_subject(rule->cases.front().says, rule->subject));
        row("writes:", written_by(*rule));
        row("risk:", rule->repair->risk);
    }
    text += '\n' + wrapped(
                       "Each is made with the same verification, backup and undo as the two "
                       "entries, and only where check finds it. The manual is nlafix(1): man "
                       "nlafix.",
                       columns, 0, 0);
    return text + "\n\nExample:\n  nlafix fix --also remote-desktop-off /dev/sdb\n";
}

std::vector<std::string> repair_codes() {
    std::vector<std::string> codes;
    for (const nla::Rule* rule : app::repairs()) codes.emplace_back(rule->code);
    return codes;
}

}  // namespace nlafix::cli
