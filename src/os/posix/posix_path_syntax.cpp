// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/path_syntax.h"

#include <cstdio>

#include "base/text.h"

namespace nlafix::os {

const char separator = '/';
const bool renames_open_files = true;

bool is_separator(char c) {
    return c == '/';
}

std::size_t root_length(const std::string& path) {
    return path.starts_with('/') ? 1 : 0;
}

bool names_device(std::string_view path) {
    return path.starts_with("/dev/");
}

std::string shell_quoted(std::string_view text) {
    static constexpr std::string_view plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-";
    if (!text.empty() && text.find_first_not_of(plain) == std::string_view::npos) {
        return std::string(text);
    }
    // A control character in single quotes would act on the terminal that shows the command.
    const bool printable = escaped(text) == text;
    std::string out = printable ? "'" : "$'";
    char number[8];
    for (const char c : text) {
        const auto value = static_cast<unsigned char>(c);
        if (printable) {
            out += c == '\'' ? std::string("'\\''") : std::string(1, c);
        } else if (c == '\'' || c == '\\') {
            out += {'\\', c};
        } else if (value < 0x20 || value >= 0x7f) {
            std::snprintf(number, sizeof number, "\\x%02x", value);
            out += number;
        } else {
            out += c;
        }
    }
    return out + "'";
}

std::vector<std::string> arguments_of(int argc, char** argv) {
    return {argv + (argc > 0 ? 1 : 0), argv + argc};
}

}  // namespace nlafix::os
