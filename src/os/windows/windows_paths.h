// SPDX-License-Identifier: GPL-2.0-or-later
// Paths as the calls of Windows take and give them.
#pragma once

#include <windows.h>
//
#include <string>

namespace nlafix::os {

/// A buffer that `fill` (address, size in units; needed units) has filled: it says how much it
/// needs. Empty where it failed.
template <typename Fill>
std::wstring filled(Fill fill) {
    std::wstring text(MAX_PATH, L'\0');
    for (;;) {
        const DWORD units = fill(text.data(), static_cast<DWORD>(text.size()));
        if (units < text.size()) {
            text.resize(units);
            return text;
        }
        text.resize(units + 1);
    }
}

/// `path` in the form that knows no limit of 260 units: absolute, a relative one below
/// `start_folder`. "C:name", without a separator behind the drive, means the current folder of now.
std::wstring native_path(const std::string& path, const std::wstring& start_folder);

/// `native`, such a path, as a user writes it. A volume without a letter has no shorter name.
std::string path_for_user(const std::wstring& native);

/// The path of an open file without links in it, as a user writes it. `native` is the path that it
/// was opened by. Returns an errno.
int final_path(HANDLE handle, const std::wstring& native, std::string& absolute);

}  // namespace nlafix::os
