// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/backup_place.h"

#include "base/error.h"
#include "os/path_syntax.h"
#include "os/paths.h"

namespace nlafix::app {
namespace {

/// False also where the system cannot say: then it is nothing to stop for.
bool lies_in_memory(os::System& system, const std::string& path) {
    os::FileSystemStatus status;
    return system.file_system(path, status) == 0 && status.in_memory;
}

bool is_regular(os::System& system, const std::string& path) {
    os::FileStatus status;
    return system.status(path, true, status) == 0 && status.kind == os::FileKind::regular;
}

/// A device has a name in memory and lies on a disk all the same.
bool target_lies_in_memory(os::System& system, const std::string& path) {
    return is_regular(system, path) && lies_in_memory(system, path);
}

}  // namespace

void note_backup_place(os::System& system, Report& report) {
    if (report.backup.empty()) return;
    report.backup_in_memory = lies_in_memory(system, os::folder_of(report.backup));
    if (!report.backup_in_memory || report.outcome != Outcome::fixed) return;
    const std::string& target = report.disk ? report.disk->path : report.location->path;
    if (target_lies_in_memory(system, target)) return;
    const std::string folder =
        is_regular(system, target) ? os::folder_of(target) : "a folder on a disk";
    report.warnings.push_back(
        "the backup lies in memory and is gone with the next restart: copy it, and the .json "
        "beside it, to " +
        folder);
}

void refuse_backup_in_memory(os::System& system, const std::string& folder,
                             const std::string& target_path) {
    if (!lies_in_memory(system, folder) || target_lies_in_memory(system, target_path)) return;
    throw Error(ErrorCode::backup_in_memory,
                "the backup would lie in memory, and this write is one that a power cut may leave "
                "half done: both would be lost")
        .path(folder)
        .hint("give --backup-dir a folder on a disk, or " + os::shell_quoted(folder) +
              " where you accept that");
}

}  // namespace nlafix::app
