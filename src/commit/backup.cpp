// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/backup.h"

#include <span>
#include <utility>

#include "base/error.h"
#include "base/file_time.h"
#include "commit/private_file.h"
#include "os/paths.h"

namespace nlafix::commit {
namespace {

constexpr std::string_view copy_suffix = ".bak";
constexpr std::string_view manifest_suffix = ".json";

BackupPaths paths_with(const std::string& stem) {
    return {stem + std::string(copy_suffix), stem + std::string(manifest_suffix)};
}

}  // namespace

std::string backup_stem(const std::string& hive_path, std::uint64_t time) {
    return hive_path + ".nlafix-" + formatted_time(time, "%04d%02u%02uT%02u%02u%02uZ");
}

BackupPaths free_backup_paths(os::System& system, const std::string& hive_path,
                              const std::string& folder, std::uint64_t time) {
    const std::string name = backup_stem(os::name_of(hive_path), time);
    for (int counter = 1;; ++counter) {
        const std::string stem = counter == 1 ? name : name + "-" + std::to_string(counter);
        BackupPaths paths = paths_with(os::join(folder, stem));
        const bool taken = os::status_if_any(system, paths.copy, false).has_value() ||
                           os::status_if_any(system, paths.manifest, false).has_value();
        if (!taken) return paths;
    }
}

BackupPaths backup_paths_of(const std::string& path) {
    for (const std::string_view suffix : {copy_suffix, manifest_suffix}) {
        if (path.size() <= suffix.size() || !path.ends_with(suffix)) continue;
        const std::string stem = path.substr(0, path.size() - suffix.size());
        return paths_with(stem);
    }
    throw Error(ErrorCode::malformed_backup,
                "is no backup of nlafix: its name ends neither in .bak "
                "nor in .json")
        .path(path)
        .hint("give the path that fix printed behind \"backup:\"");
}

Backup::Backup(os::System& system, BackupPaths paths)
    : system_(&system), paths_(std::move(paths)) {}

Backup::Backup(Backup&& other) noexcept
    : system_(other.system_),
      paths_(std::move(other.paths_)),
      keep_(std::exchange(other.keep_, true)) {}

Backup::~Backup() {
    if (keep_) return;
    os::remove_quietly(*system_, paths_.manifest);
    os::remove_quietly(*system_, paths_.copy);
}

Backup Backup::create(const os::File& like, ByteView original, const Journal& journal,
                      const BackupPaths& paths) {
    os::System& system = like.system();
    const os::MustFinish must_finish;
    write_private_file(paths.copy, like, original);
    try {
        const std::string text = to_json(journal);
        write_private_file(paths.manifest, like, std::as_bytes(std::span(text)));
    } catch (const Error&) {
        os::remove_quietly(system, paths.copy);
        throw;
    }
    Backup backup(system, paths);
    os::flush_folder(system, os::folder_of(paths.copy));
    return backup;
}

}  // namespace nlafix::commit
