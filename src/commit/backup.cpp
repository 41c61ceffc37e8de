// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/backup.h"

#include <utility>

#include "base/error.h"
#include "base/file_time.h"
#include "commit/private_file.h"
#include "os/paths.h"

namespace nlafix::commit {
namespace {

constexpr std::string_view copy_suffix = ".bak";
constexpr std::string_view manifest_suffix = ".json";

BackupPaths paths_with(const std::string& stem, const std::string& beside_hive) {
    return {stem + std::string(copy_suffix), stem + std::string(manifest_suffix),
            beside_hive + ".tmp"};
}

Bytes bytes_of(const std::string& text) {
    Bytes bytes;
    bytes.reserve(text.size());
    for (const char c : text) bytes.push_back(static_cast<std::byte>(c));
    return bytes;
}

void write_new_file(const os::File& like, const std::string& path, ByteView content) {
    os::File file = create_private_file(path, like);
    try {
        file.write_fully(content, 0);
        file.flush();
        file.close();
    } catch (const Error&) {
        os::remove_quietly(like.system(), path);
        throw;
    }
}

os::File open_no_link(os::System& system, const std::string& path, bool write) {
    os::OpenOptions options;
    options.write = write;
    options.follow_links = false;
    return os::File::open(system, path, options);
}

}  // namespace

BackupPaths free_backup_paths(os::System& system, const std::string& hive_path,
                              const std::string& folder, std::uint64_t time) {
    const std::string name =
        os::name_of(hive_path) + ".nlafix-" + formatted_time(time, "%04d%02u%02uT%02u%02u%02uZ");
    for (int counter = 1;; ++counter) {
        const std::string stem = counter == 1 ? name : name + "-" + std::to_string(counter);
        BackupPaths paths =
            paths_with(os::join(folder, stem), os::join(os::folder_of(hive_path), stem));
        const bool taken = os::status_if_any(system, paths.copy, false).has_value() ||
                           os::status_if_any(system, paths.manifest, false).has_value() ||
                           os::status_if_any(system, paths.temporary, false).has_value();
        if (!taken) return paths;
    }
}

BackupPaths backup_paths_of(const std::string& path) {
    for (const std::string_view suffix : {copy_suffix, manifest_suffix}) {
        if (path.size() <= suffix.size() || !path.ends_with(suffix)) continue;
        const std::string stem = path.substr(0, path.size() - suffix.size());
        return paths_with(stem, stem);
    }
    throw Error(ErrorCode::malformed_backup,
                "is no backup of nlafix: its name ends neither in .bak "
                "nor in .json")
        .path(path)
        .hint("give the path that fix printed behind \"backup:\"");
}

std::string marker_path(const std::string& hive_path) {
    return hive_path + ".nlafix-writing";
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

Backup Backup::create(const os::File& hive, ByteView original, const Manifest& manifest,
                      const BackupPaths& paths) {
    os::System& system = hive.system();
    const os::MustFinish must_finish;
    write_new_file(hive, paths.copy, original);
    try {
        write_new_file(hive, paths.manifest, bytes_of(to_json(manifest)));
    } catch (const Error&) {
        os::remove_quietly(system, paths.copy);
        throw;
    }
    Backup backup(system, paths);
    os::flush_folder(system, os::folder_of(paths.copy));
    return backup;
}

bool needs_marker(const std::string& hive_path, const std::string& manifest_path) {
    return os::folder_of(manifest_path) != os::folder_of(hive_path) ||
           !os::name_of(manifest_path).starts_with(os::name_of(hive_path) + ".nlafix-");
}

std::optional<std::string> read_marker(os::System& system, const std::string& hive_path) {
    constexpr std::size_t most_bytes = 4096;
    const std::string path = marker_path(hive_path);
    const auto status = os::status_if_any(system, path, false);
    if (!status || status->kind != os::FileKind::regular) return std::nullopt;
    const Bytes bytes = open_no_link(system, path, false).read_range(0, most_bytes);
    std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    // One that was cut lacks its end, or has zeros in it.
    if (!text.ends_with('\n') || text.find('\0') != std::string::npos) return std::nullopt;
    text.pop_back();
    if (!os::is_absolute(text)) return std::nullopt;
    return text;
}

bool ensure_marker(const os::File& hive, const std::string& manifest_path) {
    os::System& system = hive.system();
    const std::string path = marker_path(hive.path());
    const std::string folder = os::folder_of(hive.path());
    const auto marked = read_marker(system, hive.path());
    // By name, for the disks may be mounted elsewhere now.
    if (marked && os::name_of(*marked) == os::name_of(manifest_path)) {
        // The hive may be cut: its marker must not go for a moment. Whoever made it may have been
        // killed before it was on the disk.
        open_no_link(system, path, true).flush();
        os::flush_folder(system, folder);
        return false;
    }
    // Another one was left by a write that is finished or never began; else it was refused before.
    remove_marker(system, hive.path());
    write_new_file(hive, path, bytes_of(manifest_path + "\n"));
    try {
        os::flush_folder(system, folder);
    } catch (const Error&) {
        os::remove_quietly(system, path);
        throw;
    }
    return true;
}

void remove_marker(os::System& system, const std::string& hive_path) {
    if (!os::status_if_any(system, marker_path(hive_path), false)) return;
    os::remove(system, marker_path(hive_path));
    os::flush_folder(system, os::folder_of(hive_path));
}

}  // namespace nlafix::commit
