// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/output_file.h"

#include "base/error.h"
#include "commit/commit.h"
#include "commit/private_file.h"
#include "os/leaving.h"
#include "os/paths.h"

namespace nlafix::commit {

void write_output(const os::File& like, const std::string& path, ByteView content) {
    os::System& system = like.system();
    if (os::status_if_any(system, path, false)) {
        throw Error(ErrorCode::output_exists, "exists already")
            .path(path)
            .hint("name a new file with -o, or remove this one");
    }
    const os::MustFinish must_finish;
    write_private_file(path, like, content);
    try {
        os::flush_folder(system, os::folder_of(path));
        confirm(system, path, fingerprint_of(content));
    } catch (const Error&) {
        os::remove_quietly(system, path);
        throw;
    }
}

}  // namespace nlafix::commit
