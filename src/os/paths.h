// SPDX-License-Identifier: GPL-2.0-or-later
// Names and folders.
// Owns: joining paths, lookups without regard to case, status and listing with errors.
// Never: follows what it was not asked to follow.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "os/system.h"

namespace nlafix::os {

std::string join(const std::string& folder, const std::string& name);
/// The folder that holds `path` ("." for a bare name), and the last part of it.
std::string folder_of(const std::string& path);
std::string name_of(const std::string& path);
bool is_absolute(const std::string& path);

/// Status of `path`; throws Error as File::open does.
FileStatus status_of(System& system, const std::string& path, bool follow_links);
/// The same, but nothing where there is no such file.
std::optional<FileStatus> status_if_any(System& system, const std::string& path, bool follow_links);
std::string real_path_of(System& system, const std::string& path);
FileSystemStatus file_system_of(System& system, const std::string& path);

/// Whether this user and root alone can write the file at `path` (absolute, without links) or give
/// its name to another one. In a folder like /tmp nobody can do that to a file of somebody else.
/// What cannot be looked at is not private.
bool is_private(System& system, const std::string& path);

/// Names in `folder`, sorted.
std::vector<std::string> names_in(System& system, const std::string& folder);
/// Those of `names` that equal `wanted` without regard to ASCII case.
std::vector<std::string> matching(const std::vector<std::string>& names, std::string_view wanted);

/// While it lives, names in a folder mean what is in that folder, whoever exchanges folders by
/// links meanwhile (System::hold_folder). Move-only.
class HeldFolder {
public:
    /// The folder `path` (absolute, without links). Throws Error(hive_changed) where a link or
    /// another folder has that name by now, else as status_of does. `system` must outlive it.
    HeldFolder(System& system, const std::string& path);
    HeldFolder(HeldFolder&& other) noexcept;
    HeldFolder& operator=(HeldFolder&& other) noexcept;
    ~HeldFolder();

private:
    System* system_;
    Handle handle_ = -1;
};

void flush_folder(System& system, const std::string& path);
void rename(System& system, const std::string& from, const std::string& to);
void remove(System& system, const std::string& path);
/// Removes and ignores failure: for cleaning up behind an error that matters more.
void remove_quietly(System& system, const std::string& path) noexcept;

}  // namespace nlafix::os
