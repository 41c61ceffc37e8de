// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/private_file.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "commit/commit.h"
#include "os/leaving.h"
#include "os/ntfs_attributes.h"
#include "os/paths.h"

namespace nlafix::commit {
namespace {

constexpr const char* ntfs_attributes_name = "system.ntfs_attrib";

/// On NTFS a new file may be open to everyone, whatever its mode says.
void copy_ntfs_protection(const os::File& like, const os::File& file) {
    os::System& system = file.system();
    for (const char* name : os::descriptor_names) {
        // Any failure is an error: a file must not stay open to everyone because a disk did not
        // answer.
        if (!os::attribute_of(file, name)) continue;
        const std::optional<Bytes> descriptor = os::descriptor_of(like);
        if (!descriptor) {
            throw Error(ErrorCode::no_permission,
                        "would be open to everyone: the hive has no NTFS security descriptor "
                        "that it could be given")
                .path(file.path())
                .hint("choose a folder on another file system with --backup-dir");
        }
        os::must([&] { return system.set_attribute(file.handle(), name, *descriptor); },
                 "cannot set the NTFS security descriptor", file.path());
        break;
    }
    if (const auto attributes = os::attribute_of(like, ntfs_attributes_name)) {
        if (!os::attribute_of(file, ntfs_attributes_name)) return;
        os::must(
            [&] { return system.set_attribute(file.handle(), ntfs_attributes_name, *attributes); },
            "cannot set the NTFS attributes", file.path());
    }
}

void protect(const os::File& like, const os::File& file) {
    copy_ntfs_protection(like, file);
    const os::FileStatus wanted = like.status();
    // Root makes backups for others, beside their hives; one in another folder is the caller's own.
    if (os::folder_of(file.path()) == os::folder_of(like.path())) {
        static_cast<void>(file.system().set_owner(file.handle(), wanted.owner, wanted.group));
    }
    const std::uint32_t others = 077;
    if ((file.status().permissions & ~wanted.permissions & others) != 0) {
        throw Error(ErrorCode::no_permission,
                    "would be readable by more people than the hive: this file system keeps no "
                    "permissions")
            .path(file.path())
            .hint("choose a folder on another file system with --backup-dir");
    }
}

}  // namespace

os::File create_private_file(const std::string& path, const os::File& like) {
    os::OpenOptions options;
    options.write = true;
    options.create_new = true;
    options.follow_links = false;
    os::File file = os::File::open(like.system(), path, options);
    try {
        protect(like, file);
    } catch (const Error&) {
        os::remove_quietly(like.system(), path);
        throw;
    }
    return file;
}

os::FileIdentity write_private_file(const std::string& path, const os::File& like,
                                    ByteView content) {
    os::File file = create_private_file(path, like);
    try {
        file.write_fully(content, 0);
        file.flush();
        const os::FileIdentity identity = file.status().identity;
        file.close();
        return identity;
    } catch (const Error&) {
        os::remove_quietly(like.system(), path);
        throw;
    }
}

bool copy_metadata(const os::File& like, const os::File& file) {
    os::System& system = file.system();
    const os::FileStatus wanted = like.status();
    const os::FileStatus now = file.status();
    if ((now.owner != wanted.owner || now.group != wanted.group) &&
        system.set_owner(file.handle(), wanted.owner, wanted.group) != 0) {
        return false;
    }
    // Mode before attributes: a mode set afterwards would change the mask of the ACL.
    if (system.set_permissions(file.handle(), wanted.permissions) != 0) return false;
    std::vector<std::string> names;
    std::vector<std::string> names_now;
    if (system.list_attributes(like.handle(), names) != 0 ||
        system.list_attributes(file.handle(), names_now) != 0) {
        return false;
    }
    for (const std::string& name : names_now) {
        // One that the folder passes on to new files, such as its default ACL.
        if (std::find(names.begin(), names.end(), name) == names.end()) return false;
    }
    for (const std::string& name : names) {
        Bytes value;
        Bytes present;
        if (system.attribute(like.handle(), name, value) != 0) return false;
        // Security modules label new files themselves, mostly alike.
        if (system.attribute(file.handle(), name, present) == 0 && present == value) continue;
        if (system.set_attribute(file.handle(), name, value) != 0) return false;
    }
    return true;
}

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
