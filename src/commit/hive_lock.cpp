// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/hive_lock.h"

#include <cerrno>

#include "base/error.h"
#include "os/file_use.h"
#include "os/paths.h"

namespace nlafix::commit {

os::File open_locked(os::System& system, const std::string& path) {
    // Another run may replace the hive between open and lock; then the lock is on the old one.
    for (int attempt = 0; attempt < 5; ++attempt) {
        os::File file = os::File::open_itself(system, path);
        const int locked = system.lock(file.handle());
        if (locked == EWOULDBLOCK) {
            throw Error(ErrorCode::in_use, "another nlafix is at work on this hive")
                .path(path)
                .hint("wait for it to end");
        }
        // Not every file system has locks; then only the user can know.
        if (const auto writer = os::writer_of(file)) {
            throw Error(ErrorCode::in_use, *writer + " has the hive open for writing")
                .path(path)
                .hint("close it (lsof and fuser name it), then run this again");
        }
        if (os::status_of(system, path, false).identity == file.status().identity) return file;
    }
    throw Error(ErrorCode::in_use, "the hive is being replaced again and again")
        .path(path)
        .hint("stop what does that, then run this again");
}

}  // namespace nlafix::commit
