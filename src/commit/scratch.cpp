// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/scratch.h"

#include "commit/private_file.h"
#include "os/paths.h"

namespace nlafix::commit {

os::ScratchFile make_scratch(const os::File& hive, const std::string& folder) {
    const std::string base =
        os::join(folder.empty() ? os::folder_of(hive.path()) : folder, os::name_of(hive.path()));
    // A number, because two are open at a time, and a run that was killed may have left some.
    for (int counter = 1;; ++counter) {
        const std::string path = base + ".nlafix-scratch-" + std::to_string(counter);
        if (os::status_if_any(hive.system(), path, false)) continue;
        return os::ScratchFile::named(create_private_file(path, hive));
    }
}

}  // namespace nlafix::commit
