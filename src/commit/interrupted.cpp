// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/interrupted.h"

#include <functional>

#include "base/error.h"
#include "commit/backup.h"
#include "commit/carry_out.h"
#include "commit/disk_medium.h"
#include "os/file.h"
#include "os/path_syntax.h"
#include "os/paths.h"

namespace nlafix::commit {
namespace {

/// The first bytes of a regular file, or nothing of anything else.
std::string head_of(os::System& system, const std::string& path) {
    const auto status = os::status_if_any(system, path, false);
    if (!status || status->kind != os::FileKind::regular) return {};
    const Bytes bytes = os::File::open_itself(system, path).read_range(0, manifest_head_bytes);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// As head_of, but nothing where the manifest cannot be read: a backup may lie on a disk that is
/// gone by now, and then the marker has the last word.
std::string head_if_readable(os::System& system, const std::string& path) {
    try {
        return head_of(system, path);
    } catch (const Error&) {
        return {};
    }
}

bool is_under_way(const std::string& manifest_head) {
    const State state = state_in_head(manifest_head);
    return state == State::writing || state == State::undoing;
}

/// The manifests beside the hive whose first bytes are as `is_wanted` says, in the order of names.
std::vector<std::string> manifests_beside(
    os::System& system, const std::string& hive_path,
    const std::function<bool(const std::string&)>& is_wanted) {
    const std::string folder = os::folder_of(hive_path);
    const std::string prefix = prefix_of_records(os::name_of(hive_path));
    std::vector<std::string> found;
    for (const std::string& name : os::names_in(system, folder)) {
        if (!name.starts_with(prefix) || !name.ends_with(".json")) continue;
        const std::string path = os::join(folder, name);
        if (is_wanted(head_of(system, path))) found.push_back(path);
    }
    return found;
}

bool is_cut_commit_of(os::System& system, disk::BlockDevice& device, const std::string& path) {
    try {
        // Of a hive in this folder, or of a disk that bore this name before.
        const auto copy = os::status_if_any(system, backup_paths_of(path).copy, false);
        const Journal journal = read_journal(system, path, copy ? copy->size_bytes : 0);
        DiskMedium medium(device);
        return journal.disk && journal.disk->size_bytes == device.size_bytes() &&
               progress_on(medium, journal.epochs).state != CommitState::foreign;
    } catch (const Error&) {
        return true;  // a record that cannot be read rules nothing out
    }
}

/// What the records of a disk may begin with: beside it, in the folder of the backups and, as an
/// undo without one looks there, in the one that the user works in, unless that is closed to them.
std::vector<std::string> stems_of(os::System& system, const Subject& disk,
                                  const std::string& backup_folder) {
    std::vector<std::string> folders = {os::folder_of(disk.stem)};
    if (!backup_folder.empty()) folders.push_back(backup_folder);
    std::string here;
    std::vector<std::string> names;
    if (system.real_path(".", here) == 0 && system.list_folder(here, names) == 0 &&
        here != folders.front()) {
        folders.push_back(here);
    }
    for (std::string& folder : folders) folder = os::join(folder, os::name_of(disk.stem));
    return folders;
}

}  // namespace

std::string prefix_of_records(const std::string& hive_name) {
    return hive_name + ".nlafix-";
}

bool says_under_way(const std::string& name, const std::string& hive_name,
                    const std::string& head) {
    // A marker that was cut itself lacks its end: the write had not begun then.
    if (name == marker_path(hive_name)) return head.ends_with(".json\n");
    return name.starts_with(prefix_of_records(hive_name)) && name.ends_with(".json") &&
           is_under_way(head);
}

std::vector<std::string> find_interrupted_writes(os::System& system, const std::string& hive_path) {
    std::vector<std::string> found = manifests_beside(system, hive_path, is_under_way);
    if (const auto manifest = read_marker(system, hive_path)) {
        // Where the manifest is at hand it knows better.
        const std::string head = head_if_readable(system, *manifest);
        if (head.empty() || is_under_way(head)) found.push_back(*manifest);
    }
    return found;
}

std::optional<std::string> find_interrupted_write(os::System& system,
                                                  const std::string& hive_path) {
    const std::vector<std::string> found = find_interrupted_writes(system, hive_path);
    if (found.empty()) return std::nullopt;
    return found.front();
}

std::optional<std::string> find_cut_write(os::System& system, const std::string& hive_path) {
    const std::vector<std::string> found = manifests_beside(
        system, hive_path,
        [](const std::string& head) { return state_in_head(head) == State::logging; });
    if (found.empty()) return std::nullopt;
    return found.front();
}

void close_cut_write(os::System& system, const std::string& manifest_path) {
    try {
        put_state(system, manifest_path, State::written);
    } catch (const Error&) {
        // Then a warning more is printed next time.
    }
}

void refuse_interrupted_write(os::System& system, const std::string& hive_path) {
    const auto manifest = find_interrupted_write(system, hive_path);
    if (manifest) throw_interrupted_write(hive_path, *manifest);
}

void refuse_interrupted_commit(os::System& system, const Subject& disk, disk::BlockDevice& device,
                               const std::string& backup_folder) {
    for (const std::string& stem : stems_of(system, disk, backup_folder)) {
        if (!os::status_if_any(system, os::folder_of(stem), true)) continue;
        for (const std::string& manifest : find_interrupted_writes(system, stem)) {
            if (is_cut_commit_of(system, device, manifest)) {
                throw_interrupted_write(disk.target, manifest);
            }
        }
    }
}

std::optional<std::string> find_cut_commit(os::System& system, const Subject& disk,
                                           disk::BlockDevice& device,
                                           const std::string& backup_folder) {
    for (const std::string& stem : stems_of(system, disk, backup_folder)) {
        if (!os::status_if_any(system, os::folder_of(stem), true)) continue;
        auto manifest = find_cut_write(system, stem);
        if (manifest && is_cut_commit_of(system, device, *manifest)) return manifest;
    }
    return std::nullopt;
}

void throw_interrupted_write(const std::string& target, const std::string& manifest) {
    throw Error(ErrorCode::interrupted_write,
                "an earlier write of nlafix was interrupted; the hive may be half written, and "
                "Windows may not boot with it")
        .path(target)
        .hint("put it back first: nlafix undo --target " + os::shell_quoted(target) + " " +
              os::shell_quoted(manifest));
}

}  // namespace nlafix::commit
