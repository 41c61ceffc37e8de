// SPDX-License-Identifier: GPL-2.0-or-later
// Files of a Windows that is a folder of this machine, or lies on a volume.
// Owns: finding them without regard to case, and without following links.
// Never: opens or changes one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "disk/ntfs/ntfs_volume.h"
#include "os/system.h"

namespace nlafix::source {

/// The file or folder at `path` ('/' between the names) below `folder`, in any case; nothing where
/// there is none. Throws Error(link_leads_out) where a link is on the way to it, and what reading a
/// folder throws.
std::optional<std::string> find_below(os::System& system, const std::string& folder,
                                      std::string_view path);

/// The files of one Windows. A path is below its folder ("System32/termsrv.dll"); one that begins
/// with "../" is below the root of the volume.
class FilesOfWindows {
public:
    FilesOfWindows() = default;
    FilesOfWindows(const FilesOfWindows&) = delete;
    FilesOfWindows& operator=(const FilesOfWindows&) = delete;
    virtual ~FilesOfWindows() = default;

    /// The size of the file at `path`; nothing where there is no such file. Throws Error where that
    /// cannot be told.
    virtual std::optional<std::uint64_t> size_of(std::string_view path) = 0;
    /// The names in the folder at `path`; nothing where there is no such folder. Throws Error.
    virtual std::optional<std::vector<std::string>> names_in(std::string_view path) = 0;
    /// The security descriptor of the file or folder at `path`; empty where nobody can tell.
    virtual Bytes security_of(std::string_view path) = 0;
};

/// Those around the hive at `path`. Null where it does not lie in System32/config of a Windows, or
/// where that folder holds no more of Windows than its hives.
std::unique_ptr<FilesOfWindows> files_around(os::System& system, const std::string& path);
/// The same in `volume`, which must outlive it.
std::unique_ptr<FilesOfWindows> files_around(disk::NtfsVolume& volume, const std::string& path);

}  // namespace nlafix::source
