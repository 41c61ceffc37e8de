// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/interrupted.h"

#include "base/error.h"
#include "base/text.h"
#include "os/file.h"
#include "os/paths.h"
#include "store/backup.h"
#include "store/manifest.h"

namespace nlafix::store {
namespace {

constexpr std::size_t most_path_bytes = 4096;

/// The first bytes of a regular file, or nothing of anything else.
std::string head_of(os::System& system, const std::string& path, std::size_t length) {
    const auto status = os::status_if_any(system, path, false);
    if (!status || status->kind != os::FileKind::regular) return {};
    os::OpenOptions options;
    options.follow_links = false;
    const Bytes bytes = os::File::open(system, path, options).read_range(0, length);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool is_under_way(const std::string& manifest_head) {
    const State state = state_in_head(manifest_head);
    return state == State::writing || state == State::undoing;
}

}  // namespace

std::optional<std::string> find_interrupted_write(os::System& system,
                                                  const std::string& hive_path) {
    const std::string folder = os::folder_of(hive_path);
    const std::string prefix = os::name_of(hive_path) + ".nlafix-";
    for (const std::string& name : os::names_in(system, folder)) {
        if (!name.starts_with(prefix) || !name.ends_with(".json")) continue;
        const std::string path = os::join(folder, name);
        if (is_under_way(head_of(system, path, manifest_head_bytes))) return path;
    }
    if (!os::status_if_any(system, marker_path(hive_path), false)) return std::nullopt;
    std::string manifest = head_of(system, marker_path(hive_path), most_path_bytes);
    manifest = manifest.substr(0, manifest.find('\n'));
    // A marker that was cut itself names nothing: the write had not begun then.
    if (manifest.empty()) return std::nullopt;
    // Where the manifest is at hand it knows better.
    const std::string head = head_of(system, manifest, manifest_head_bytes);
    if (!head.empty() && !is_under_way(head)) return std::nullopt;
    return manifest;
}

void refuse_interrupted_write(os::System& system, const std::string& hive_path) {
    const auto manifest = find_interrupted_write(system, hive_path);
    if (!manifest) return;
    throw Error(ErrorCode::interrupted_write,
                "an earlier write of nlafix was interrupted; the hive may be half written, and "
                "Windows may not boot with it")
        .path(hive_path)
        .hint("put it back first: nlafix undo --target " + shell_quoted(hive_path) + " " +
              shell_quoted(*manifest));
}

}  // namespace nlafix::store
