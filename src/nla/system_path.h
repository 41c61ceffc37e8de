// SPDX-License-Identifier: GPL-2.0-or-later
// Paths as services spell them.
// Owns: the spellings of the Windows folder.
#pragma once

#include <string>
#include <string_view>

#include "nla/scene.h"

namespace nlafix::nla {

/// `path` in small letters and below the Windows folder, "system32\termsrv.dll", however that
/// folder is spelled: %SystemRoot%, %windir%, \SystemRoot, C:\Windows, C:\WINNT, or where SOFTWARE
/// says that it is. A path that lies elsewhere comes back in small letters and is otherwise as it
/// was.
std::string below_windows(std::string_view path, const Scene& scene);

/// The last name in a path, in small letters.
std::string file_name(std::string_view path);

/// What stands in front of the first blank; the text between quotes where it begins with one.
std::string program_of(std::string_view command_line);

}  // namespace nlafix::nla
