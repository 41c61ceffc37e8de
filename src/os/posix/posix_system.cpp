// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/posix/posix_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>

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
    const int fd = ::open(path.c_str(), flags, 0600);
    if (fd >= 0) handle = fd;
    return result_of(fd);
}

int PosixSystem::close(Handle handle) {
    return result_of(::close(handle));
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
    const int result =
        result_of(follow_links ? ::stat(path.c_str(), &s) : ::lstat(path.c_str(), &s));
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

int PosixSystem::list_folder(const std::string& path, std::vector<std::string>& names) {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
    if (!folder) return errno;
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
    return result_of(std::rename(from.c_str(), to.c_str()));
}

int PosixSystem::remove(const std::string& path) {
    return result_of(::unlink(path.c_str()));
}

int PosixSystem::flush_folder(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return errno;
    int result = flush(fd);
    static_cast<void>(::close(fd));
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
