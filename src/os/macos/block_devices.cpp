// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/block_devices.h"

#include "base/error.h"

namespace nlafix::os {

std::vector<DiskEntry> disks_of_machine(System&, const DeviceFolders&) {
    throw Error(ErrorCode::no_such_file, "nlafix cannot list the disks of this system")
        .hint("name them: nlafix list /dev/disk2; diskutil list shows their names");
}

std::optional<std::string> other_user_of_loop(System&, const std::string&, const DeviceFolders&) {
    return std::nullopt;
}

std::multimap<std::string, std::string> mounts_of_devices(System&) {
    return {};
}

}  // namespace nlafix::os
