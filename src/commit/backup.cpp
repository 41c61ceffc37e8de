// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/backup.h"

#include <algorithm>
#include <span>
#include <string_view>
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

bool has_backup_suffix(const std::string& path) {
    return path.ends_with(copy_suffix) || path.ends_with(manifest_suffix);
}

bool is_backup_name(const std::string& path) {
    static constexpr std::string_view infix = ".nlafix-";
    static constexpr std::string_view time = "00000000T000000Z";  // 0: a digit
    const std::string name = os::name_of(path);
    const std::size_t at = name.rfind(infix);
    if (!has_backup_suffix(name) || at == std::string::npos || at == 0) return false;
    std::string_view rest = std::string_view(name).substr(at + infix.size());
    rest.remove_suffix(rest.size() - rest.rfind('.'));
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (rest.size() < time.size()) return false;
    for (std::size_t i = 0; i < time.size(); ++i) {
        if (time[i] == '0' ? !is_digit(rest[i]) : rest[i] != time[i]) return false;
    }
    rest.remove_prefix(time.size());
    return rest.empty() || (rest.size() > 1 && rest.front() == '-' &&
                            std::all_of(rest.begin() + 1, rest.end(), is_digit));
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

Error with_other_folder(Error error) {
    const bool is_refused =
        error.code() == ErrorCode::no_permission || error.code() == ErrorCode::read_only;
    if (!is_refused) return error;
    return std::move(error).hint("choose another folder for the backup with --backup-dir");
}

Backup Backup::create(const os::File& like, ByteView original, const Journal& journal,
                      const BackupPaths& paths) {
    os::System& system = like.system();
    const os::MustFinish must_finish;
    try {
        write_private_file(paths.copy, like, original);
    } catch (Error& error) {
        throw with_other_folder(std::move(error));
    }
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
