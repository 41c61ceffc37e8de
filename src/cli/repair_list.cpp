// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/repair_list.h"

#include <fmt/format.h>

#include "app/options.h"
#include "app/report.h"

namespace nlafix::cli {
namespace {

std::string written_by(const nla::Rule& rule) {
    const nla::Place& place = rule.places.front();
    const std::string number =
        rule.repair->to_stock ? "its stock value" : nla::number_text(rule.repair->number);
    return fmt::format("{}: {} becomes {}", place.key, place.value, number);
}

}  // namespace

std::string repair_list() {
    std::string text =
        "Repairs beyond the two entries. None is made unless it is asked for: "
        "nlafix fix --also CODE TARGET\n";
    for (const nla::Rule* rule : app::repairs()) {
        text += fmt::format("\n{}\n  when:   {}\n  writes: {}\n  risk:   {}\n", rule->code,
                            rule->says, written_by(*rule), rule->repair->risk);
    }
    return text;
}

std::string repair_codes() {
    std::string text;
    for (const nla::Rule* rule : app::repairs()) {
        text += (text.empty() ? "" : ", ") + std::string(rule->code);
    }
    return text;
}

}  // namespace nlafix::cli
