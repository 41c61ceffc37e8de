// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/image/image_lock.h"

#include <cerrno>
#include <vector>

#include "base/error.h"

namespace nlafix::disk {
namespace {

// Permissions of qemu, by their bit.
constexpr std::uint64_t consistent_read = 0, write_data = 1, resize = 3;

constexpr std::uint64_t held(std::uint64_t permission) {
    return 100 + permission;
}
constexpr std::uint64_t unshared(std::uint64_t permission) {
    return 200 + permission;
}

bool means_no_locks(int number) {
    return number == EINVAL || number == ENOLCK || number == ENOSYS || number == ENOTSUP;
}

Error in_use(const os::File& file) {
    return Error(ErrorCode::in_use, "is in use: a virtual machine or another program has the image")
        .path(file.path())
        .hint(
            "shut down the machine that runs on it, or stop that program (lsof names it), then "
            "run this again");
}

}  // namespace

void lock_image(const os::File& file, Access access) {
    std::vector<std::uint64_t> taken = {held(consistent_read), unshared(write_data),
                                        unshared(resize)};
    std::vector<std::uint64_t> contradicting = {unshared(consistent_read), held(write_data),
                                                held(resize)};
    if (access == Access::write) {
        // Between two of our writes the disk is in no state that anybody should read.
        taken.insert(taken.end(), {held(write_data), unshared(consistent_read)});
        contradicting.insert(contradicting.end(), {unshared(write_data), held(consistent_read)});
    }
    for (const std::uint64_t byte : taken) {
        const int result = file.system().lock_byte(file.handle(), byte);
        if (means_no_locks(result)) return;
        if (result == EAGAIN || result == EACCES) throw in_use(file);
        if (result != 0) throw os::system_failure(result, "cannot lock the image", file.path());
    }
    for (const std::uint64_t byte : contradicting) {
        const int result = file.system().probe_byte(file.handle(), byte);
        if (result == EBUSY) throw in_use(file);
        if (result != 0) throw os::system_failure(result, "cannot probe a lock", file.path());
    }
}

}  // namespace nlafix::disk
