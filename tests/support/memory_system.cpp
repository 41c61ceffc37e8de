// SPDX-License-Identifier: GPL-2.0-or-later
#include "memory_system.h"

#include <algorithm>
#include <cerrno>

#include "os/paths.h"

namespace nlafix::test {
namespace {

constexpr std::uint64_t plenty_of_bytes = std::uint64_t{1} << 40;

bool is_folder(const std::string& path) {
    return path == "/" || path == MemorySystem::hive_folder || path == MemorySystem::other_folder;
}

bool is_on_hive_volume(const std::string& path) {
    return path.starts_with(MemorySystem::hive_folder);
}

Bytes bytes_of(std::string_view text) {
    const auto* begin = reinterpret_cast<const std::byte*>(text.data());
    return {begin, begin + text.size()};
}

}  // namespace

MemorySystem::MemorySystem(const Medium& medium, std::string type) : type_(std::move(type)) {
    for (const auto& [path, file] : medium) {
        const auto inode = std::make_shared<Inode>();
        inode->number = next_inode_++;
        inode->now = file;
        inode->flushed = file.content;
        names_[path] = inode;
    }
    flushed_names_ = names_;
}

Medium MemorySystem::seen() const {
    Medium medium;
    for (const auto& [path, inode] : names_) {
        medium[path] = inode->now;
    }
    return medium;
}

void MemorySystem::changed() const {
    if (after_change) {
        after_change();
    }
}

MemorySystem::OpenFile* MemorySystem::find(os::Handle handle) {
    const auto found = open_files_.find(handle);
    return found == open_files_.end() ? nullptr : &found->second;
}

int MemorySystem::open(const std::string& path, const os::OpenOptions& options,
                       os::Handle& handle) {
    auto found = names_.find(path);
    if (options.create_new) {
        if (found != names_.end() || is_folder(path)) {
            return EEXIST;
        }
        if (!is_folder(os::folder_of(path))) {
            return ENOENT;
        }
        const auto inode = std::make_shared<Inode>();
        inode->number = next_inode_++;
        if (is_on_hive_volume(path) && type_ != "ext4") {
            inode->now.attributes[descriptor_name] = bytes_of("open to everyone");
        }
        change_names({path, inode, {}});
        found = names_.find(path);
    }
    if (found == names_.end()) {
        return ENOENT;
    }
    handle = next_handle_++;
    open_files_[handle] = {found->second, options.write};
    changed();
    return 0;
}

int MemorySystem::close(os::Handle handle) {
    OpenFile* file = find(handle);
    if (file == nullptr) {
        return os::real_system().close(handle);
    }
    if (file->inode->locked_by == handle) {
        file->inode->locked_by = -1;
    }
    open_files_.erase(handle);
    return 0;
}

int MemorySystem::read_at(os::Handle handle, MutableByteView into, std::uint64_t offset,
                          std::size_t& done) {
    const OpenFile* file = find(handle);
    if (file == nullptr) {
        return os::real_system().read_at(handle, into, offset, done);
    }
    const Bytes& content = file->inode->now.content;
    done = 0;
    if (offset < content.size()) {
        done = std::min(into.size(), content.size() - static_cast<std::size_t>(offset));
        std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(offset), done, into.begin());
    }
    return 0;
}

int MemorySystem::write_at(os::Handle handle, ByteView from, std::uint64_t offset,
                           std::size_t& done) {
    const OpenFile* file = find(handle);
    if (file == nullptr) {
        return os::real_system().write_at(handle, from, offset, done);
    }
    if (!file->write) {
        return EBADF;
    }
    change(*file->inode, {false, offset, Bytes(from.begin(), from.end())});
    done = from.size();
    return 0;
}

int MemorySystem::set_size(os::Handle handle, std::uint64_t size_bytes) {
    const OpenFile* file = find(handle);
    if (file == nullptr) {
        return os::real_system().set_size(handle, size_bytes);
    }
    if (!file->write) {
        return EINVAL;
    }
    change(*file->inode, {true, size_bytes, {}});
    return 0;
}

int MemorySystem::flush(os::Handle handle) {
    const OpenFile* file = find(handle);
    if (file == nullptr) {
        return os::real_system().flush(handle);
    }
    file->inode->flushed = file->inode->now.content;
    file->inode->pending.clear();
    changed();
    return 0;
}

os::FileStatus MemorySystem::status_of(const Inode& inode) const {
    os::FileStatus status;
    status.kind = os::FileKind::regular;
    status.identity = {1, inode.number};
    status.size_bytes = status.allocated_bytes = inode.now.content.size();
    status.link_count = 1;
    status.permissions = inode.now.permissions;
    status.owner = inode.now.owner;
    status.group = inode.now.group;
    return status;
}

int MemorySystem::status(os::Handle handle, os::FileStatus& status) {
    const OpenFile* file = find(handle);
    if (file == nullptr) {
        return os::real_system().status(handle, status);
    }
    status = status_of(*file->inode);
    return 0;
}

int MemorySystem::status(const std::string& path, bool, os::FileStatus& status) {
    if (is_folder(path)) {
        status = {};
        status.kind = os::FileKind::folder;
        return 0;
    }
    const auto found = names_.find(path);
    if (found == names_.end()) {
        return ENOENT;
    }
    status = status_of(*found->second);
    return 0;
}

int MemorySystem::file_system(const std::string& path, os::FileSystemStatus& status) {
    const bool own = is_on_hive_volume(path);
    status = {own ? type_ : "ext4", own ? hive_folder : other_folder, false, plenty_of_bytes};
    return 0;
}

int MemorySystem::lock(os::Handle handle) {
    const OpenFile* file = find(handle);
    if (file == nullptr) {
        return EBADF;
    }
    os::Handle& holder = file->inode->locked_by;
    if (holder >= 0 && holder != handle) {
        return EWOULDBLOCK;
    }
    holder = handle;
    return 0;
}

int MemorySystem::block_device_status(os::Handle, os::BlockDeviceStatus&) {
    return ENOTBLK;
}

int MemorySystem::start_server(const os::ServerJob&, os::Server&) {
    return ENOENT;
}

int MemorySystem::wait(const os::Child&, std::uint32_t, int&) {
    return ECHILD;
}

int MemorySystem::stop(const os::Child&, bool) {
    return ESRCH;
}

int MemorySystem::set_owner(os::Handle handle, std::uint32_t owner, std::uint32_t group) {
    const OpenFile* file = find(handle);
    if (file == nullptr) {
        return EBADF;
    }
    file->inode->now.owner = owner;
    file->inode->now.group = group;
    return 0;
}

int MemorySystem::set_permissions(os::Handle handle, std::uint32_t permissions) {
    const OpenFile* file = find(handle);
    if (file == nullptr) {
        return EBADF;
    }
    file->inode->now.permissions = permissions;
    return 0;
}

int MemorySystem::list_attributes(os::Handle handle, std::vector<std::string>& names) {
    const OpenFile* file = find(handle);
    if (file == nullptr) {
        return EBADF;
    }
    names.clear();
    for (const auto& [name, value] : file->inode->now.attributes) {
        // As the drivers do, which do not list their own.
        if (name != descriptor_name) {
            names.push_back(name);
        }
    }
    return 0;
}

int MemorySystem::attribute(os::Handle handle, const std::string& name, Bytes& value) {
    const OpenFile* file = find(handle);
    if (file == nullptr) {
        return EBADF;
    }
    const auto found = file->inode->now.attributes.find(name);
    if (found == file->inode->now.attributes.end()) {
        return ENODATA;
    }
    value = found->second;
    return 0;
}

int MemorySystem::set_attribute(os::Handle handle, const std::string& name, ByteView value) {
    const OpenFile* file = find(handle);
    if (file == nullptr) {
        return EBADF;
    }
    file->inode->now.attributes[name] = Bytes(value.begin(), value.end());
    return 0;
}

int MemorySystem::hold_folder(const std::string& path, os::Handle& handle) {
    if (!is_folder(path)) {
        return ENOENT;
    }
    handle = next_handle_++;
    open_files_[handle] = {std::make_shared<Inode>(), false};
    return 0;
}

int MemorySystem::list_folder(const std::string& path, std::vector<std::string>& names) {
    if (!is_folder(path)) {
        return names_.contains(path) ? ENOTDIR : ENOENT;
    }
    names.clear();
    for (const auto& [name, inode] : names_) {
        if (os::folder_of(name) == path) {
            names.push_back(os::name_of(name));
        }
    }
    return 0;
}

int MemorySystem::rename(const std::string& from, const std::string& to) {
    const auto found = names_.find(from);
    if (found == names_.end()) {
        return ENOENT;
    }
    if (os::folder_of(from) != os::folder_of(to)) {
        return EXDEV;  // enough for a program that never does this
    }
    change_names({to, found->second, from});
    changed();
    return 0;
}

int MemorySystem::remove(const std::string& path) {
    if (!names_.contains(path)) {
        return is_folder(path) ? EISDIR : ENOENT;
    }
    change_names({path, nullptr, {}});
    changed();
    return 0;
}

int MemorySystem::flush_folder(const std::string& path) {
    if (!is_folder(path)) {
        return ENOENT;
    }
    std::erase_if(pending_names_, [&](const NameChange& change) {
        const bool here = os::folder_of(change.path) == path;
        if (here) {
            apply(change, flushed_names_);
        }
        return here;
    });
    changed();
    return 0;
}

int MemorySystem::real_path(const std::string& path, std::string& absolute) {
    if (!is_folder(path) && !names_.contains(path)) {
        return ENOENT;
    }
    absolute = path;
    return 0;
}

int MemorySystem::make_scratch(os::Scratch& scratch) {
    return os::real_system().make_scratch(scratch);
}

}  // namespace nlafix::test
