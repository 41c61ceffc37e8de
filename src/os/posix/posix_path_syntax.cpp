// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/path_syntax.h"

namespace nlafix::os {

const char separator = '/';
const bool renames_open_files = true;

bool is_separator(char c) {
    return c == '/';
}

std::size_t root_length(const std::string& path) {
    return path.starts_with('/') ? 1 : 0;
}

std::vector<std::string> arguments_of(int argc, char** argv) {
    return {argv + (argc > 0 ? 1 : 0), argv + argc};
}

}  // namespace nlafix::os
