// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/posix/held_folders.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "os/paths.h"

namespace nlafix::os {
namespace {

bool are_same_file(int one, int other) {
    struct stat a = {};
    struct stat b = {};
    return ::fstat(one, &a) == 0 && ::fstat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

}  // namespace

int NameInFolder::folder() const {
    return held ? held->get() : AT_FDCWD;
}

int HeldFolders::hold(const std::string& path, int fd) {
    auto descriptor = std::make_shared<const Descriptor>(fd);
    const std::lock_guard<std::mutex> guard(mutex_);
    const Folder* held = folder_called(path);
    if (held != nullptr && !are_same_file(held->descriptor->get(), fd)) return ELOOP;
    folders_.push_back({path, std::move(descriptor)});
    return 0;
}

bool HeldFolders::release(int fd) {
    const std::lock_guard<std::mutex> guard(mutex_);
    return std::erase_if(folders_, [fd](const Folder& folder) {
               return folder.descriptor->get() == fd;
           }) != 0;
}

NameInFolder HeldFolders::find(const std::string& path) const {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (folders_.empty()) return {nullptr, path};
    if (const Folder* itself = folder_called(path)) return {itself->descriptor, "."};
    const Folder* above = folder_called(folder_of(path));
    if (above == nullptr) return {nullptr, path};
    return {above->descriptor, name_of(path)};
}

const HeldFolders::Folder* HeldFolders::folder_called(const std::string& path) const {
    const auto found = std::find_if(folders_.begin(), folders_.end(),
                                    [&](const Folder& folder) { return folder.path == path; });
    return found == folders_.end() ? nullptr : &*found;
}

}  // namespace nlafix::os
