// SPDX-License-Identifier: GPL-2.0-or-later
#include <windows.h>
//
#include <shellapi.h>

#include <algorithm>

#include "base/text.h"
#include "os/path_syntax.h"
#include "os/windows/wide_text.h"

namespace nlafix::os {

const char separator = '\\';
const bool renames_open_files = false;  // ReplaceFile shares what it takes with nobody

bool is_separator(char c) {
    return c == '\\' || c == '/';
}

std::size_t root_length(const std::string& path) {
    if (path.size() >= 2 && is_separator(path[0]) && is_separator(path[1])) {
        // \\server\share\: both names belong to the root.
        const auto server = std::find_if(path.begin() + 2, path.end(), is_separator);
        if (server == path.end()) return path.size();
        const auto share = std::find_if(server + 1, path.end(), is_separator);
        return static_cast<std::size_t>(share - path.begin()) + (share != path.end() ? 1 : 0);
    }
    if (path.size() >= 3 && path[1] == ':' && is_separator(path[2])) return 3;
    return !path.empty() && is_separator(path[0]) ? 1 : 0;
}

bool names_device(std::string_view path) {
    return path.starts_with("\\\\.\\");
}

std::string shell_quoted(std::string_view text) {
    static constexpr std::string_view plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+=:./\\-";
    if (!text.empty() && text.find_first_not_of(plain) == std::string_view::npos)
        return std::string(text);
    // cmd and PowerShell have these quotes in common, and no name holds one.
    return '"' + escaped(text) + '"';
}

std::vector<std::string> arguments_of(int, char**) {
    // argv has been through the code page of the machine, which lacks most characters.
    int count = 0;
    wchar_t** words = CommandLineToArgvW(GetCommandLineW(), &count);
    std::vector<std::string> arguments;
    for (int i = 1; words != nullptr && i < count; ++i) arguments.push_back(from_wide(words[i]));
    LocalFree(words);
    return arguments;
}

}  // namespace nlafix::os
