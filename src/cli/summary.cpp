// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/summary.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/exit_status.h"

namespace nlafix::cli {
namespace {

constexpr std::size_t fewest = 5;
constexpr std::size_t most_failures = 100;

// In the order of the line: the word of JSON's "status", and what people call it.
constexpr std::pair<const char*, const char*> words[] = {
    {"ok", "in order"},       {"fixed", "fixed"},
    {"restored", "put back"}, {"change-needed", "need a change"},
    {"blocked", "blocked"},   {"refused", "refused"},
    {"error", "error"},       {"skipped", "skipped"},
};

/// "1,000"
std::string grouped(std::size_t number) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
    return text;
}

}  // namespace

void Summary::add(const app::Report& report) {
    ++total_;
    const std::string status(status_word(report));
    ++counts_[status];
    if (report.error && failures_.size() <= most_failures) {
        failures_.push_back(fmt::format("  {}: {}\n", status, escaped(report.error->message())));
    }
}

std::string Summary::text() const {
    if (total_ < fewest) return "";
    std::string text = grouped(total_) + " hives:";
    const char* before = " ";
    for (const auto& [status, says] : words) {
        const auto found = counts_.find(status);
        if (found == counts_.end()) continue;
        text += fmt::format("{}{} {}", before, grouped(found->second), says);
        before = ", ";
    }
    text += '\n';
    for (std::size_t i = 0; i < failures_.size(); ++i) {
        text += i < most_failures ? failures_[i] : "  and more\n";
    }
    return text;
}

}  // namespace nlafix::cli
