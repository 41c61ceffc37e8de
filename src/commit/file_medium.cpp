// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/file_medium.h"

#include <algorithm>

#include "base/error.h"
#include "os/paths.h"

namespace nlafix::commit {
namespace {

os::File open_regular(os::System& system, const std::string& path, disk::Access access) {
    os::OpenOptions options;
    options.write = access == disk::Access::write;
    options.follow_links = false;
    os::File file = os::File::open(system, path, options);
    if (file.status().kind == os::FileKind::regular) return file;
    throw Error(ErrorCode::not_a_hive, "is no regular file").path(path);
}

}  // namespace

FileMedium::FileMedium(const os::File& hive, const std::vector<std::string>& logs,
                       disk::Access access) {
    files_.push_back(open_regular(hive.system(), hive.path(), access));
    if (files_.front().status().identity != hive.status().identity) {
        throw Error(ErrorCode::hive_changed, "is another file than a moment ago")
            .path(hive.path())
            .hint("make sure that nothing else writes there, then run this again");
    }
    for (const std::string& name : logs) {
        const std::string path = os::join(os::folder_of(hive.path()), name);
        files_.push_back(open_regular(hive.system(), path, access));
    }
}

std::vector<os::FileIdentity> FileMedium::identities() const {
    std::vector<os::FileIdentity> identities;
    for (const os::File& file : files_) identities.push_back(file.status().identity);
    return identities;
}

std::uint64_t FileMedium::size_bytes(FileIndex file) {
    return files_.at(file).status().size_bytes;
}

void FileMedium::read(FileIndex file, MutableByteView into, std::uint64_t offset) {
    const std::size_t found = files_.at(file).read_into(into, offset);
    std::fill(into.begin() + static_cast<std::ptrdiff_t>(found), into.end(), std::byte{0});
}

void FileMedium::write(FileIndex file, ByteView from, std::uint64_t offset) {
    files_.at(file).write_fully(from, offset);
}

void FileMedium::resize(FileIndex file, std::uint64_t size_bytes) {
    files_.at(file).set_size(size_bytes);
}

void FileMedium::flush(FileIndex file) {
    files_.at(file).flush();
    files_.at(file).drop_cache();
}

}  // namespace nlafix::commit
