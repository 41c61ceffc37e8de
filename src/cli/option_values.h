// SPDX-License-Identifier: GPL-2.0-or-later
// The values of options, from the words that a user gave.
// Owns: which words are values; keeping the parser's hands off arguments in brackets.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "app/options.h"

namespace nlafix::cli {

/// A value that an option does not take.
class WrongValue : public std::runtime_error {
public:
    WrongValue(const std::string& option, const std::string& allowed, std::string value,
               std::string nearest_value);
    const std::string& value() const { return value_; }
    const std::string& suggestion() const { return suggestion_; }

private:
    std::string value_;
    std::string suggestion_;
};

/// "raw, qcow2 or vhd".
std::string alternatives(const std::vector<std::string>& words);

/// Throws WrongValue, with the word that comes nearest.
[[noreturn]] void refuse_word(const std::string& option, const std::string& word,
                              const std::vector<std::string>& allowed);

/// "boot", "current", "default", "all" or 1 to 999. Throws WrongValue.
system::Choice control_set_choice(const std::string& word);

/// Throws WrongValue unless `word` is a decimal number from `least` to `most`.
std::uint32_t number_in(const std::string& option, const std::string& word, std::uint32_t least,
                        std::uint32_t most);

// CLI11 takes an argument "[a,b]" apart, as a list. A mark behind the bracket keeps it whole.
void mark_brackets(std::string& argument);
void unmark_brackets(std::string& argument);

/// Takes "--" and all behind it out of `arguments`: CLI11 knows it only in front of the first one.
std::vector<std::string> take_verbatim(std::vector<std::string>& arguments);

}  // namespace nlafix::cli
