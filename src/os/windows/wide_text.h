// SPDX-License-Identifier: GPL-2.0-or-later
// UTF-8, which all of nlafix speaks, and UTF-16, which Windows does.
#pragma once

#include <string>
#include <string_view>

namespace nlafix::os {

/// What is no valid text becomes U+FFFD: no file has such a name.
std::wstring to_wide(std::string_view text);
std::string from_wide(std::wstring_view text);

}  // namespace nlafix::os
