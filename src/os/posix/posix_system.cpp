// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/posix/posix_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>

#include "os/posix/descriptor.h"

namespace nlafix::os {
namespace {

FileStatus converted(const struct stat& s) {
    FileStatus status;
    status.kind = S_ISREG(s.st_mode)   ? FileKind::regular
                  : S_ISDIR(s.st_mode) ? FileKind::folder
                  : S_ISLNK(s.st_mode) ? FileKind::link
                  : S_ISBLK(s.st_mode) ? FileKind::block_device
                                       : FileKind::other;
    status.identity = {static_cast<std::uint64_t>(s.st_dev), static_cast<std::uint64_t>(s.st_ino)};
    status.size_bytes = static_cast<std::uint64_t>(s.st_size);
    status.allocated_bytes = static_cast<std::uint64_t>(s.st_blocks) * 512;
    status.link_count = static_cast<std::uint64_t>(s.st_nlink);
    status.permissions = static_cast<std::uint32_t>(s.st_mode & 07777);
    status.owner = s.st_uid;
    status.group = s.st_gid;
    return status;
}

int result_of(long returned) {
    return returned < 0 ? errno : 0;
}

}  // namespace

int PosixSystem::open(const std::string& path, const OpenOptions& options, Handle& handle) {
    // O_NONBLOCK: a FIFO given by mistake must not hang; regular files ignore it.
    int flags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK | (options.write ? O_RDWR : O_RDONLY);
    if (options.create_new) flags |= O_CREAT | O_EXCL;
    if (options.exclusive) flags |= O_EXCL;
    if (!options.follow_links) flags |= O_NOFOLLOW;
    const NameInFolder at = held_.find(path);
    const int fd = ::openat(at.folder(), at.name.c_str(), flags, 0600);
    if (fd >= 0) handle = fd;
    return result_of(fd);
}

int PosixSystem::close(Handle handle) {
    return held_.release(handle) ? 0 : result_of(::close(handle));
}

int PosixSystem::read_at(Handle handle, MutableByteView into, std::uint64_t offset,
                         std::size_t& done) {
    const ssize_t n = ::pread(handle, into.data(), into.size(), static_cast<off_t>(offset));
    if (n >= 0) done = static_cast<std::size_t>(n);
    return result_of(n);
}

int PosixSystem::write_at(Handle handle, ByteView from, std::uint64_t offset, std::size_t& done) {
    const ssize_t n = ::pwrite(handle, from.data(), from.size(), static_cast<off_t>(offset));
    if (n >= 0) done = static_cast<std::size_t>(n);
    return result_of(n);
}

int PosixSystem::set_size(Handle handle, std::uint64_t size_bytes) {
    return result_of(::ftruncate(handle, static_cast<off_t>(size_bytes)));
}

int PosixSystem::status(Handle handle, FileStatus& status) {
    struct stat s = {};
    const int result = result_of(::fstat(handle, &s));
    if (result == 0) status = converted(s);
    return result;
}

int PosixSystem::status(const std::string& path, bool follow_links, FileStatus& status) {
    struct stat s = {};
    const NameInFolder at = held_.find(path);
    const int result = result_of(
        ::fstatat(at.folder(), at.name.c_str(), &s, follow_links ? 0 : AT_SYMLINK_NOFOLLOW));
    if (result == 0) status = converted(s);
    return result;
}

int PosixSystem::lock(Handle handle) {
    return result_of(::flock(handle, LOCK_EX | LOCK_NB));
}

int PosixSystem::set_owner(Handle handle, std::uint32_t owner, std::uint32_t group) {
    return result_of(::fchown(handle, owner, group));
}

int PosixSystem::set_permissions(Handle handle, std::uint32_t permissions) {
    return result_of(::fchmod(handle, static_cast<mode_t>(permissions)));
}

int PosixSystem::open_folder_without_links(const std::string& path, int& fd) {
    constexpr int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    if (path.empty() || path.front() != '/') return EINVAL;
    Descriptor folder(::open("/", flags));
    for (std::size_t at = 1; folder.get() >= 0 && at < path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        const std::string name = path.substr(at, end - at);
        at = end + 1;
        if (!name.empty()) folder.reset(::openat(folder.get(), name.c_str(), flags | O_NOFOLLOW));
    }
    if (folder.get() < 0) return errno;
    fd = folder.release();
    return 0;
}

int PosixSystem::hold_folder(const std::string& path, Handle& handle) {
    int fd = -1;
    int result = open_folder_without_links(path, fd);
    if (result == 0) result = held_.hold(path, fd);
    if (result == 0) handle = fd;
    return result;
}

int PosixSystem::list_folder(const std::string& path, std::vector<std::string>& names) {
    const NameInFolder at = held_.find(path);
    Descriptor fd(::openat(at.folder(), at.name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0) return errno;
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::fdopendir(fd.get()), ::closedir);
    if (!folder) return errno;
    static_cast<void>(fd.release());
    std::vector<std::string> found;
    for (;;) {
        errno = 0;
        // Two threads never share a stream.
        const dirent* entry = ::readdir(folder.get());  // NOLINT(concurrency-mt-unsafe)
        if (entry == nullptr) break;
        const std::string name = entry->d_name;
        if (name != "." && name != "..") found.push_back(name);
    }
    if (errno != 0) return errno;
    names = std::move(found);
    return 0;
}

int PosixSystem::rename(const std::string& from, const std::string& to) {
    const NameInFolder source = held_.find(from);
    const NameInFolder target = held_.find(to);
    return result_of(
        ::renameat(source.folder(), source.name.c_str(), target.folder(), target.name.c_str()));
}

int PosixSystem::remove(const std::string& path) {
    const NameInFolder at = held_.find(path);
    return result_of(::unlinkat(at.folder(), at.name.c_str(), 0));
}

int PosixSystem::flush_folder(const std::string& path) {
    const NameInFolder at = held_.find(path);
    const Descriptor fd(::openat(at.folder(), at.name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0) return errno;
    int result = flush(fd.get());
    // Some file systems cannot flush a folder by itself and say so; there is nothing else to call.
    if (result == EINVAL || result == ENOTSUP) result = 0;
    return result;
}

int PosixSystem::real_path(const std::string& path, std::string& absolute) {
    const std::unique_ptr<char, void (*)(void*)> resolved(::realpath(path.c_str(), nullptr),
                                                          std::free);
    if (!resolved) return errno;
    absolute = resolved.get();
    return 0;
}

std::uint64_t PosixSystem::now() {
    timespec t = {};
    static_cast<void>(::clock_gettime(CLOCK_REALTIME, &t));
    constexpr std::uint64_t seconds_from_1601_to_1970 = 11644473600ULL;
    return (static_cast<std::uint64_t>(t.tv_sec) + seconds_from_1601_to_1970) * 10'000'000ULL +
           static_cast<std::uint64_t>(t.tv_nsec) / 100U;
}

}  // namespace nlafix::os
