// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/paths.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/text.h"
#include "os/environment.h"
#include "os/file.h"
#include "os/path_syntax.h"

namespace nlafix::os {

namespace {

/// Where the last part of `path` begins.
std::size_t begin_of_name(const std::string& path) {
    const std::size_t root = root_length(path);
    std::size_t at = path.size();
    while (at > root && !is_separator(path[at - 1])) --at;
    return at;
}

}  // namespace

std::string join(const std::string& folder, const std::string& name) {
    if (folder.empty() || is_separator(folder.back())) return folder + name;
    return folder + separator + name;
}

std::string folder_of(const std::string& path) {
    const std::size_t name = begin_of_name(path);
    if (name == 0) return ".";
    const std::size_t root = root_length(path);
    return path.substr(0, name > root ? name - 1 : root);
}

std::string name_of(const std::string& path) {
    return path.substr(begin_of_name(path));
}

bool is_absolute(const std::string& path) {
    return root_length(path) > 0;
}

FileStatus status_of(System& system, const std::string& path, bool follow_links) {
    FileStatus status;
    must([&] { return system.status(path, follow_links, status); }, "cannot open", path);
    return status;
}

std::optional<FileStatus> status_if_any(System& system, const std::string& path,
                                        bool follow_links) {
    FileStatus status;
    bool is_there = true;
    must(
        [&] {
            const int result = system.status(path, follow_links, status);
            is_there = result != ENOENT && result != ENOTDIR;
            return is_there ? result : 0;
        },
        "cannot open", path);
    if (!is_there) return std::nullopt;
    return status;
}

std::string real_path_of(System& system, const std::string& path) {
    std::string absolute;
    must([&] { return system.real_path(path, absolute); }, "cannot open", path);
    return absolute;
}

FileSystemStatus file_system_of(System& system, const std::string& path) {
    FileSystemStatus status;
    must([&] { return system.file_system(path, status); }, "cannot ask for the file system", path);
    return status;
}

namespace {

/// What others can give another name or other contents is theirs.
bool is_private_itself(const FileStatus& status) {
    constexpr std::uint32_t group_or_others_write = 022;
    constexpr std::uint32_t sticky = 01000;
    const bool is_folder = status.kind == FileKind::folder;
    if (!is_folder && status.kind != FileKind::regular) return false;
    if (status.owner != 0 && status.owner != current_user()) return false;
    const bool others_write = (status.permissions & group_or_others_write) != 0;
    return !others_write || (is_folder && (status.permissions & sticky) != 0);
}

}  // namespace

bool is_private(System& system, const std::string& path) {
    try {
        for (std::string at = path;; at = folder_of(at)) {
            if (!is_private_itself(status_of(system, at, false))) return false;
            if (folder_of(at) == at) return true;
        }
    } catch (const Error&) {
        return false;
    }
}

std::vector<std::string> names_in(System& system, const std::string& folder) {
    std::vector<std::string> names;
    must([&] { return system.list_folder(folder, names); }, "cannot list the folder", folder);
    std::sort(names.begin(), names.end());
    return names;
}

std::vector<std::string> matching(const std::vector<std::string>& names, std::string_view wanted) {
    std::vector<std::string> found;
    for (const std::string& name : names) {
        if (equal_ignoring_ascii_case(std::string_view(name), wanted)) found.push_back(name);
    }
    return found;
}

HeldFolder::HeldFolder(System& system, const std::string& path) : system_(&system) {
    bool is_another = false;
    must(
        [&] {
            const int result = system.hold_folder(path, handle_);
            is_another = result == ELOOP || result == ENOTDIR;
            return is_another ? 0 : result;
        },
        "cannot open the folder", path);
    if (!is_another) return;
    throw Error(ErrorCode::hive_changed, "is another folder than a moment ago, or a link")
        .path(path)
        .hint("make sure that nothing else changes names there, then run this again");
}

HeldFolder::HeldFolder(HeldFolder&& other) noexcept
    : system_(other.system_), handle_(std::exchange(other.handle_, -1)) {}

HeldFolder& HeldFolder::operator=(HeldFolder&& other) noexcept {
    std::swap(system_, other.system_);
    std::swap(handle_, other.handle_);
    return *this;
}

HeldFolder::~HeldFolder() {
    if (handle_ >= 0) static_cast<void>(system_->close(handle_));
}

void flush_folder(System& system, const std::string& path) {
    must([&] { return system.flush_folder(path); }, "cannot flush the folder to the disk", path);
}

void rename(System& system, const std::string& from, const std::string& to) {
    must([&] { return system.rename(from, to); }, "cannot rename " + from, to);
}

void remove(System& system, const std::string& path) {
    must([&] { return system.remove(path); }, "cannot remove", path);
}

void remove_quietly(System& system, const std::string& path) noexcept {
    static_cast<void>(system.remove(path));
}

}  // namespace nlafix::os
