// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/system_path.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace nlafix::nla {
namespace {

bool starts_with(std::string_view text, std::string_view beginning) {
    return text.compare(0, beginning.size(), beginning) == 0;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\"");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\"") - first + 1);
}

/// "c:\windows" and "c:\winnt" of any drive.
std::size_t length_of_usual_folder(std::string_view path) {
    if (path.size() < 3 || path[1] != ':') return 0;
    for (const std::string_view folder : {"\\windows", "\\winnt"}) {
        if (starts_with(path.substr(2), folder)) return 2 + folder.size();
    }
    return 0;
}

/// Where SOFTWARE says that Windows lies, in small letters; empty where it says nothing.
std::string folder_by_software(const Scene& scene) {
    const Observation root = scene.look(
        {HiveRole::software, "Microsoft\\Windows NT\\CurrentVersion", "SystemRoot", Content::text});
    return root.is_present() ? ascii_lower_case(root.text) : "";
}

}  // namespace

std::string below_windows(std::string_view path, const Scene& scene) {
    const std::string whole = ascii_lower_case(std::string(trimmed(path)));
    std::string_view rest = whole;
    if (starts_with(rest, "\\??\\")) rest.remove_prefix(4);
    std::vector<std::string> folders = {"%systemroot%", "%windir%", "\\systemroot"};
    const std::string by_software = folder_by_software(scene);
    if (!by_software.empty()) folders.push_back(by_software);
    std::size_t length = length_of_usual_folder(rest);
    for (const std::string& folder : folders) {
        if (starts_with(rest, folder)) length = folder.size();
    }
    if (length == 0 || length >= rest.size() || rest[length] != '\\') {
        // Relative to the Windows folder, as drivers have it.
        return starts_with(rest, "system32\\") ? std::string(rest) : whole;
    }
    return std::string(rest.substr(length + 1));
}

std::string file_name(std::string_view path) {
    const std::string_view text = trimmed(path);
    const std::size_t separator = text.find_last_of('\\');
    return ascii_lower_case(
        std::string(separator == std::string_view::npos ? text : text.substr(separator + 1)));
}

std::string program_of(std::string_view command_line) {
    const bool is_quoted = !command_line.empty() && command_line.front() == '"';
    if (is_quoted) command_line.remove_prefix(1);
    return std::string(command_line.substr(
        0, std::min(command_line.find(is_quoted ? '"' : ' '), command_line.size())));
}

}  // namespace nlafix::nla
