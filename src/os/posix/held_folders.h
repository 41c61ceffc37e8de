// SPDX-License-Identifier: GPL-2.0-or-later
// Folders whose names are looked up once.
// Owns: their descriptors, and which of them a path goes through.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "os/posix/descriptor.h"

namespace nlafix::os {

/// What the calls that end in "at" take: a folder and a name in it.
struct NameInFolder {
    int folder() const;
    std::shared_ptr<const Descriptor> held;  // empty: `name` is a whole path
    std::string name;
};

/// May be used by several threads.
class HeldFolders {
public:
    /// Takes over `fd`, the folder that has the name `path`. ELOOP where `path` is held already
    /// and meant another folder.
    int hold(const std::string& path, int fd);
    /// False where `fd` is no held folder.
    bool release(int fd);
    /// How to get at `path`: through the folder that is held, where it is one of them or lies in
    /// one.
    NameInFolder find(const std::string& path) const;

private:
    struct Folder {
        std::string path;
        std::shared_ptr<const Descriptor> descriptor;
    };
    const Folder* folder_called(const std::string& path) const;

    mutable std::mutex mutex_;
    std::vector<Folder> folders_;  // a few: one for each hive and backup folder at work
};

}  // namespace nlafix::os
