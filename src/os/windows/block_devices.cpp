// SPDX-License-Identifier: GPL-2.0-or-later
// On Windows a disk is what has a drive letter.
#include "os/block_devices.h"

#include <windows.h>

#include "os/windows/wide_text.h"

namespace nlafix::os {

std::vector<DiskEntry> disks_of_machine(System&, const DeviceFolders&) {
    std::vector<DiskEntry> disks;
    const DWORD letters = GetLogicalDrives();
    for (int letter = 0; letter < 26; ++letter) {
        if ((letters & (DWORD{1} << letter)) == 0) continue;
        DiskEntry disk;
        disk.path = std::string(1, static_cast<char>('A' + letter)) + ":\\";
        const std::wstring root = to_wide(disk.path);
        const UINT type = GetDriveTypeW(root.c_str());
        if (type == DRIVE_REMOTE || type == DRIVE_NO_ROOT_DIR || type == DRIVE_CDROM) continue;
        ULARGE_INTEGER size = {};
        if (!GetDiskFreeSpaceExW(root.c_str(), nullptr, &size, nullptr)) continue;  // no medium
        disk.size_bytes = size.QuadPart;
        disks.push_back(std::move(disk));
    }
    return disks;
}

std::optional<std::string> other_user_of_loop(System&, const std::string&, const DeviceFolders&) {
    return std::nullopt;
}

std::multimap<std::string, std::string> mounts_of_devices(System&) {
    return {};
}

}  // namespace nlafix::os
