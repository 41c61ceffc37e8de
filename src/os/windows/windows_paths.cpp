// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/windows/windows_paths.h"

#include "os/path_syntax.h"
#include "os/windows/system_error.h"
#include "os/windows/wide_text.h"

namespace nlafix::os {
namespace {

std::wstring full_path(const std::wstring& path) {
    return filled([&](wchar_t* into, DWORD size) {
        return GetFullPathNameW(path.c_str(), size, into, nullptr);
    });
}

/// Whether any folder of the path, or what it names, is a link, a junction or a mount point, or
/// cannot be looked at.
bool may_lead_elsewhere(const std::wstring& native) {
    // Behind \\?\, for what is in front of the first name is no file.
    for (std::size_t end = native.find(L'\\', 7);; end = native.find(L'\\', end + 1)) {
        const DWORD attributes = GetFileAttributesW(native.substr(0, end).c_str());
        if (attributes == INVALID_FILE_ATTRIBUTES ||
            (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) {
            return true;
        }
        if (end == std::wstring::npos) return false;
    }
}

/// Shells put a separator behind the name of a folder, which behind \\?\ would be an empty name:
/// takes it away, but for that of a root.
std::wstring without_last_separator(std::wstring native) {
    const std::string shown = path_for_user(native);
    const bool is_root = shown.size() <= root_length(shown);
    if (shown.ends_with('\\') && !is_root) native.pop_back();
    return native;
}

}  // namespace

std::string path_for_user(const std::wstring& native) {
    constexpr std::wstring_view volume = L"\\\\?\\Volume{";
    const bool is_volume = _wcsnicmp(native.c_str(), volume.data(), volume.size()) == 0;
    return is_volume                             ? from_wide(native)
           : native.starts_with(L"\\\\?\\UNC\\") ? "\\\\" + from_wide(native.substr(8))
           : native.starts_with(L"\\\\?\\")      ? from_wide(native.substr(4))
                                                 : from_wide(native);
}

std::wstring native_path(const std::string& path, const std::wstring& start_folder) {
    std::wstring wide = to_wide(path);
    const bool has_drive = wide.size() >= 2 && wide[1] == L':';
    const bool has_root = !wide.empty() && (wide[0] == L'\\' || wide[0] == L'/');
    if (wide.empty() || wide.starts_with(L"\\\\.\\")) return wide;
    if (wide.starts_with(L"\\\\?\\")) return without_last_separator(wide);
    if (!has_drive && !has_root) wide = start_folder + L'\\' + wide;
    wide = full_path(wide);
    if (wide.starts_with(L"\\\\.\\")) return wide;
    return without_last_separator(wide.starts_with(L"\\\\") ? L"\\\\?\\UNC\\" + wide.substr(2)
                                                            : L"\\\\?\\" + wide);
}

int final_path(HANDLE handle, const std::wstring& native, std::string& absolute) {
    std::wstring path = filled([&](wchar_t* into, DWORD size) {
        return GetFinalPathNameByHandleW(handle, into, size, VOLUME_NAME_DOS);
    });
    if (path.empty()) {
        const int failure = last_errno();
        // Drivers that mount images are not always known to the mount manager, and then there is no
        // such path (nor in wine beyond 260 units). Without a link in it the other one is as good.
        if (may_lead_elsewhere(native)) return failure;
        path = native;
    }
    absolute = path_for_user(path);
    return 0;
}

}  // namespace nlafix::os
