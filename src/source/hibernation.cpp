// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/hibernation.h"

#include <vector>

#include "base/text.h"
#include "os/file.h"
#include "os/paths.h"

namespace nlafix::source {
namespace {

/// Folders that may be the volume's root: its mount point, and what lies above Windows\System32.
std::vector<std::string> possible_roots(os::System& system, const std::string& hive_path) {
    std::vector<std::string> roots;
    const std::string mount_point = os::file_system_of(system, hive_path).mount_point;
    if (!mount_point.empty()) roots.push_back(mount_point);
    const std::string config = os::folder_of(hive_path);
    const std::string system32 = os::folder_of(config);
    if (equal_ignoring_ascii_case(std::string_view(os::name_of(config)), "config") &&
        equal_ignoring_ascii_case(std::string_view(os::name_of(system32)), "System32")) {
        const std::string root = os::folder_of(os::folder_of(system32));
        if (root != mount_point) roots.push_back(root);
    }
    return roots;
}

bool says_hibernated(os::System& system, const std::string& path) {
    constexpr std::size_t header_bytes = 4096;
    const auto status = os::status_if_any(system, path, false);
    if (!status || status->kind != os::FileKind::regular) return false;
    const Bytes header = os::File::open(system, path, {}).read_range(0, header_bytes);
    if (header.size() < header_bytes) return true;  // written by a Windows on another volume
    const std::uint32_t magic = u32_at(header, 0);
    return magic == 0x72626968 || magic == 0x52424948;  // "hibr", "HIBR"
}

}  // namespace

std::optional<std::string> find_hibernation(os::System& system, const std::string& hive_path) {
    for (const std::string& root : possible_roots(system, hive_path)) {
        for (const std::string& name : os::matching(os::names_in(system, root), "hiberfil.sys")) {
            const std::string path = os::join(root, name);
            if (says_hibernated(system, path)) return path;
        }
    }
    return std::nullopt;
}

}  // namespace nlafix::source
