// SPDX-License-Identifier: GPL-2.0-or-later
// What an action throws, as a value that a test can compare.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"

namespace nlafix::test {

/// The Error that `action` throws; nothing if it throws none. Anything else passes through and
/// fails the test.
template <typename Action>
std::optional<Error> error_of(Action action) {
    try {
        action();
    } catch (const Error& error) {
        return error;
    }
    return std::nullopt;
}

/// The word of the Error's code, or "nothing".
template <typename Action>
std::string word_thrown_by(Action action) {
    const auto error = error_of(action);
    return error ? std::string(word_of(error->code())) : "nothing";
}

/// The Error's message with path and offset, or "nothing".
template <typename Action>
std::string message_thrown_by(Action action) {
    const auto error = error_of(action);
    return error ? error->message() : "nothing";
}

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace nlafix::test
