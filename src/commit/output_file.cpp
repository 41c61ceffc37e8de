// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/output_file.h"

#include "base/error.h"
#include "commit/commit.h"
#include "commit/private_file.h"
#include "os/leaving.h"
#include "os/paths.h"

namespace nlafix::commit {

void write_output(const os::File& like, const std::string& given, ByteView content) {
    os::System& system = like.system();
    if (os::status_if_any(system, given, false)) {
        throw Error(ErrorCode::output_exists, "exists already")
            .path(given)
            .hint("name a new file with -o, or remove this one");
    }
    const std::string folder = os::real_path_of(system, os::folder_of(given));
    const os::HeldFolder held(system, folder);
    const std::string path = os::join(folder, os::name_of(given));
    const os::MustFinish must_finish;
    const os::FileIdentity identity = write_private_file(path, like, content);
    try {
        os::flush_folder(system, folder);
        confirm(system, path, identity, fingerprint_of(content));
    } catch (const Error&) {
        os::remove_quietly(system, path);
        throw;
    }
}

}  // namespace nlafix::commit
