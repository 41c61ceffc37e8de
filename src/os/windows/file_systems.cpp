// SPDX-License-Identifier: GPL-2.0-or-later
#include <windows.h>
//
#include "os/windows/file_systems.h"
#include "os/windows/system_error.h"
#include "os/windows/wide_text.h"
#include "os/windows/windows_paths.h"

namespace nlafix::os {

int read_file_system(const std::wstring& native, const std::wstring& folder,
                     FileSystemStatus& status) {
    std::wstring root(native.size() + MAX_PATH, L'\0');
    if (!GetVolumePathNameW(native.c_str(), root.data(), static_cast<DWORD>(root.size()))) {
        return last_errno();
    }
    root.resize(std::char_traits<wchar_t>::length(root.c_str()));
    wchar_t type[MAX_PATH + 1] = {};
    DWORD flags = 0;
    if (!GetVolumeInformationW(root.c_str(), nullptr, 0, nullptr, nullptr, &flags, type,
                               MAX_PATH + 1)) {
        return last_errno();
    }
    ULARGE_INTEGER free = {};
    if (!GetDiskFreeSpaceExW(root.c_str(), &free, nullptr, nullptr) &&
        !GetDiskFreeSpaceExW(folder.c_str(), &free, nullptr, nullptr)) {
        return last_errno();
    }
    status.type = from_wide(type);
    status.mount_point = path_for_user(root);
    status.read_only = (flags & FILE_READ_ONLY_VOLUME) != 0;
    status.free_bytes = free.QuadPart;
    return 0;
}

}  // namespace nlafix::os
