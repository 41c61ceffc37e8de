// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/read_hive.h"

#include "base/error.h"
#include "os/paths.h"
#include "regf/base_block.h"
#include "source/windows_folder.h"

namespace nlafix::source {
namespace {

recovery::LogFile read_log(os::System& system, const std::string& folder,
                           const std::string& name) {
    recovery::LogFile log;
    log.name = name;
    try {
        os::OpenOptions options;
        options.follow_links = false;  // a link may lead out of the volume
        const os::File file = os::File::open(system, os::join(folder, name), options);
        if (file.status().kind != os::FileKind::regular) {
            log.error = "it is no regular file";
        } else {
            log.bytes = file.read_all(most_log_bytes);
        }
    } catch (const Error& error) {
        log.error = error.message();
    }
    return log;
}

}  // namespace

HiveFiles read_hive(const os::File& hive) {
    if (!regf::has_hive_signature(hive.read_range(0, 4))) {
        throw Error(ErrorCode::not_a_hive, "is no registry hive: it does not start with \"regf\"")
            .path(hive.path())
            .hint("give a SYSTEM hive, the root of a mounted Windows volume, or a disk or "
                  "image");
    }
    HiveFiles files;
    files.primary = hive.read_all(most_hive_bytes);
    const std::string folder = os::folder_of(hive.path());
    const std::vector<std::string> names = os::names_in(hive.system(), folder);
    for (const std::string_view suffix : log_suffixes) {
        for (const std::string& name : os::matching(names, os::name_of(hive.path()) + std::string(suffix))) {
            files.logs.push_back(read_log(hive.system(), folder, name));
        }
    }
    return files;
}

std::optional<HiveFiles> read_beside(const os::File& hive, const std::string& name) {
    os::System& system = hive.system();
    const std::string folder = os::folder_of(hive.path());
    const std::vector<std::string> found = os::matching(os::names_in(system, folder), name);
    if (found.empty()) return std::nullopt;
    os::OpenOptions options;
    options.follow_links = false;
    const os::File file = os::File::open(system, os::join(folder, found.front()), options);
    if (file.status().kind != os::FileKind::regular) {
        throw Error(ErrorCode::not_a_hive, "is no regular file").path(file.path());
    }
    return read_hive(file);
}

}  // namespace nlafix::source
