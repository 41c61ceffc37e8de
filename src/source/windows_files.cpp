// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/windows_files.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "os/ntfs_attributes.h"
#include "os/paths.h"

namespace nlafix::source {
namespace {

// No Windows is without it: where it is missing, the folder is a copy of some files.
constexpr std::string_view always_there = "System32/ntdll.dll";

/// The Windows folder above System32/config/SYSTEM; empty where the hive lies elsewhere.
std::string windows_folder_of(const std::string& hive_path) {
    const std::string config = os::folder_of(hive_path);
    const std::string system32 = os::folder_of(config);
    const bool fits =
        equal_ignoring_ascii_case(std::string_view(os::name_of(config)), "config") &&
        equal_ignoring_ascii_case(std::string_view(os::name_of(system32)), "System32");
    return fits ? os::folder_of(system32) : std::string();
}

std::unique_ptr<FilesOfWindows> if_complete(std::unique_ptr<FilesOfWindows> files) {
    try {
        if (files->size_of(always_there).value_or(0) != 0) return files;
    } catch (const Error&) {
        // Then nothing can be told of the others.
    }
    return nullptr;
}

/// Throws Error(link_leads_out) where `path` is a link: what lies behind it cannot be told.
bool is_folder(os::System& system, const std::string& path) {
    const auto status = os::status_if_any(system, path, false);
    if (status && status->kind == os::FileKind::link) {
        throw Error(ErrorCode::link_leads_out, "is a link").path(path);
    }
    return status && status->kind == os::FileKind::folder;
}

constexpr std::string_view to_the_root = "../";

/// Folders are listed once: a mounted one may be slow, and has thousands of names.
class FolderFiles final : public FilesOfWindows {
public:
    FolderFiles(os::System& system, std::string folder)
        : system_(system), folder_(std::move(folder)) {}

    std::optional<std::uint64_t> size_of(std::string_view path) override {
        const std::size_t slash = path.rfind('/');
        const std::string parent(slash == std::string_view::npos ? "" : path.substr(0, slash));
        const Listing& listing = list(parent);
        if (!listing.exists) return std::nullopt;
        const std::string name(path.substr(slash + 1));  // npos + 1 is 0
        for (const std::string& found : os::matching(listing.names, name)) {
            const auto status = os::status_if_any(system_, os::join(listing.folder, found), false);
            if (!status || status->kind == os::FileKind::folder) continue;
            // A driver shows a file that Windows has compressed as a link: it is there.
            return status->kind == os::FileKind::regular ? status->size_bytes : 1;
        }
        return std::nullopt;
    }

    std::optional<std::vector<std::string>> names_in(std::string_view path) override {
        const Listing& listing = list(std::string(path));
        return listing.exists ? std::optional(listing.names) : std::nullopt;
    }

    Bytes security_of(std::string_view path) override {
        try {
            const auto found = resolve(path);
            if (!found) return {};
            return os::descriptor_of(os::File::open_itself(system_, *found)).value_or(Bytes());
        } catch (const Error&) {
            return {};  // not everybody may read it
        }
    }

private:
    struct Listing {
        bool exists = false;
        std::string folder;
        std::vector<std::string> names;
    };

    std::optional<std::string> resolve(std::string_view path) {
        if (!path.starts_with(to_the_root)) return find_below(system_, folder_, path);
        return find_below(system_, os::folder_of(folder_), path.substr(to_the_root.size()));
    }

    const Listing& list(const std::string& parent) {
        const auto known = listings_.find(parent);
        if (known != listings_.end()) return known->second;
        Listing listing;
        const auto folder = resolve(parent);
        if (folder && is_folder(system_, *folder)) {
            listing = {true, *folder, os::names_in(system_, *folder)};
        }
        return listings_.emplace(parent, std::move(listing)).first->second;
    }

    os::System& system_;
    std::string folder_;
    std::map<std::string, Listing> listings_;
};

class VolumeFiles final : public FilesOfWindows {
public:
    VolumeFiles(disk::NtfsVolume& volume, std::string folder)
        : volume_(volume), folder_(std::move(folder)) {}

    std::optional<std::uint64_t> size_of(std::string_view path) override {
        const auto file = volume_.find(path_of(path));
        if (!file || file->is_folder) return std::nullopt;
        return file->size_bytes;
    }

    std::optional<std::vector<std::string>> names_in(std::string_view path) override {
        const auto folder = volume_.find(path_of(path));
        if (!folder || !folder->is_folder) return std::nullopt;
        std::vector<std::string> names;
        for (disk::NtfsEntry& entry : volume_.list(path_of(path))) {
            names.push_back(std::move(entry.name));
        }
        return names;
    }

    Bytes security_of(std::string_view path) override {
        const auto file = volume_.find(path_of(path));
        return file ? file->security_descriptor : Bytes();
    }

private:
    std::string path_of(std::string_view path) const {
        if (path.starts_with(to_the_root)) return std::string(path.substr(to_the_root.size()));
        return folder_ + "/" + std::string(path);
    }

    disk::NtfsVolume& volume_;
    std::string folder_;
};

}  // namespace

std::optional<std::string> find_below(os::System& system, const std::string& folder,
                                      std::string_view path) {
    std::string found = folder;
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        const std::string name(path.substr(0, slash));
        path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
        const std::vector<std::string> names = os::matching(os::names_in(system, found), name);
        if (names.empty()) return std::nullopt;
        found = os::join(found, names.front());
        if (!path.empty() && !is_folder(system, found)) return std::nullopt;
    }
    return found;
}

std::unique_ptr<FilesOfWindows> files_around(os::System& system, const std::string& path) {
    const std::string folder = windows_folder_of(path);
    return folder.empty() ? nullptr : if_complete(std::make_unique<FolderFiles>(system, folder));
}

std::unique_ptr<FilesOfWindows> files_around(disk::NtfsVolume& volume, const std::string& path) {
    // Found as System32/config/SYSTEM below its Windows folder.
    return if_complete(std::make_unique<VolumeFiles>(volume, path.substr(0, path.find('/'))));
}

}  // namespace nlafix::source
