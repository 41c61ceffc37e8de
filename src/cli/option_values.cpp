// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/option_values.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "cli/usage.h"

namespace nlafix::cli {
namespace {

constexpr char bracket_mark = '\x01';

/// Nothing for what is no number of up to nine digits.
std::optional<std::uint32_t> parse_number(const std::string& word) {
    if (word.empty() || word.size() > 9 ||
        word.find_first_not_of("0123456789") != std::string::npos) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(std::stoul(word));
}

}  // namespace

WrongValue::WrongValue(const std::string& option, const std::string& allowed, std::string value,
                       std::string nearest_value)
    : std::runtime_error(option + ": " + allowed + ", not \"" + value + '"' +
                         did_you_mean(nearest_value)),
      value_(std::move(value)),
      suggestion_(std::move(nearest_value)) {}

std::string alternatives(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const char* before = i == 0 ? "" : i + 1 == words.size() ? " or " : ", ";
        text += before + words[i];
    }
    return text;
}

void refuse_word(const std::string& option, const std::string& word,
                 const std::vector<std::string>& allowed) {
    throw WrongValue(option, alternatives(allowed), word, nearest(word, allowed));
}

system::Choice control_set_choice(const std::string& word) {
    using Kind = system::Choice::Kind;
    if (word == "boot") return {Kind::boot, 0};
    if (word == "current") return {Kind::current, 0};
    if (word == "default") return {Kind::default_set, 0};
    if (word == "all") return {Kind::all, 0};
    const auto number = parse_number(word);
    if (!number || *number == 0 || word.size() > 3) {
        throw WrongValue("--control-set", "boot, current, default, all or 1 to 999", word,
                         nearest(word, {"boot", "current", "default", "all"}));
    }
    return {Kind::number, *number};
}

std::uint32_t number_in(const std::string& option, const std::string& word, std::uint32_t least,
                        std::uint32_t most) {
    const auto number = parse_number(word);
    if (!number || *number < least || *number > most) {
        throw WrongValue(option, std::to_string(least) + " to " + std::to_string(most), word, "");
    }
    return *number;
}

void mark_brackets(std::string& argument) {
    if (!argument.empty() && argument.front() == '[' &&
        (argument.back() == ']' || argument.back() == bracket_mark)) {
        argument += bracket_mark;
    }
}

void unmark_brackets(std::string& argument) {
    if (!argument.empty() && argument.front() == '[' && argument.back() == bracket_mark) {
        argument.pop_back();
    }
}

std::vector<std::string> take_verbatim(std::vector<std::string>& arguments) {
    const auto separator = std::find(arguments.begin(), arguments.end(), "--");
    if (separator == arguments.end()) return {};
    std::vector<std::string> verbatim(separator + 1, arguments.end());
    arguments.erase(separator, arguments.end());
    return verbatim;
}

}  // namespace nlafix::cli
