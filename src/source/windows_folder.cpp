// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/windows_folder.h"

#include "base/text.h"

namespace nlafix::source {

bool is_set_aside(std::string_view folder_name) {
    constexpr std::string_view old = ".old";
    const bool ends_in_old =
        folder_name.size() > old.size() &&
        equal_ignoring_ascii_case(folder_name.substr(folder_name.size() - old.size()), old);
    return ends_in_old || folder_name.starts_with('$') ||
           equal_ignoring_ascii_case(folder_name.substr(0, 12), "Windows.old.");
}

}  // namespace nlafix::source
