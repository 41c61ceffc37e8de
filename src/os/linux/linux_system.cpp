// SPDX-License-Identifier: GPL-2.0-or-later
// What Linux does in its own way: extended attributes, the mount table, leases, locks, memfd, block
// devices.
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "os/environment.h"
#include "os/linux/available_memory.h"
#include "os/linux/confinement_server.h"
#include "os/linux/mount_table.h"
#include "os/linux/open_files.h"
#include "os/paths.h"
#include "os/posix/posix_system.h"

namespace nlafix::os {
namespace {

int result_of(long returned) {
    return returned < 0 ? errno : 0;
}

// Attributes of files are small; the kernel's own limit is 64 KiB.
constexpr std::size_t most_attribute_bytes = 65536;

struct flock one_byte(short type, std::uint64_t offset) {
    struct flock byte = {};
    byte.l_type = type;
    byte.l_whence = SEEK_SET;
    byte.l_start = static_cast<off_t>(offset);
    byte.l_len = 1;
    return byte;
}

class LinuxSystem final : public PosixSystem {
public:
    int flush(Handle handle) override { return result_of(::fsync(handle)); }

    int drop_cache(Handle handle) override {
        return ::posix_fadvise(handle, 0, 0, POSIX_FADV_DONTNEED);
    }

    int file_system(const std::string& path, FileSystemStatus& status) override;
    int probe_use(Handle handle) override;
    int writers(Handle handle, std::vector<Process>& writers) override;
    int block_device_status(Handle handle, BlockDeviceStatus& status) override;
    int lock_byte(Handle handle, std::uint64_t offset) override;
    int probe_byte(Handle handle, std::uint64_t offset) override;
    int available_memory(std::uint64_t& bytes) override {
        const auto available = read_available_memory(*this);
        bytes = available.value_or(0);
        return available ? 0 : ENOTSUP;
    }
    int prepare_confinement() override { return confinement_.start(); }
    int start_confined(const ConfinedJob& job, ConfinedChild& child) override {
        return confinement_.start_child(job, child);
    }
    int send(Handle channel, ByteView from, std::size_t& done) override;
    int receive(Handle channel, MutableByteView into, std::size_t& done) override;
    int end_sending(Handle channel) override { return result_of(::shutdown(channel, SHUT_WR)); }
    int wait_confined(const ConfinedChild& child, ConfinedEnd& end) override {
        return receive_end(child.end, end);
    }
    int list_attributes(Handle handle, std::vector<std::string>& names) override;
    int attribute(Handle handle, const std::string& name, Bytes& value) override;
    int set_attribute(Handle handle, const std::string& name, ByteView value) override {
        return result_of(::fsetxattr(handle, name.c_str(), value.data(), value.size(), 0));
    }
    int make_scratch(Scratch& scratch) override;

protected:
    int open_folder_without_links(const std::string& path, int& fd) override;

private:
    ConfinementServer confinement_;
    WatchedMountTable mounts_;
};

/// The highest folder above `absolute` on the same device: the mount point, where no table tells.
std::string top_of_device(System& system, const std::string& absolute) {
    FileStatus own;
    if (system.status(absolute, true, own) != 0) return "";
    std::string top = own.kind == FileKind::folder ? absolute : folder_of(absolute);
    while (top != "/") {
        FileStatus above;
        if (system.status(folder_of(top), true, above) != 0) break;
        if (above.identity.device != own.identity.device) break;
        top = folder_of(top);
    }
    return top;
}

int LinuxSystem::file_system(const std::string& path, FileSystemStatus& status) {
    struct statvfs s = {};
    if (::statvfs(path.c_str(), &s) != 0) return errno;
    std::string absolute;
    if (const int result = real_path(path, absolute); result != 0) return result;
    FileSystemStatus found;
    const auto table = mounts_.now();
    if (const auto mount = find_mount(*table, absolute)) {
        found.in_memory = lies_in_memory(*table, *mount);
        found.type = mount->type;
        found.mount_point = mount->mount_point;
        found.was_dirty = was_dirty_before(*mount);
    } else {
        struct statfs kernel = {};
        if (::statfs(path.c_str(), &kernel) != 0) return errno;
        found.type = file_system_name(static_cast<std::uint32_t>(kernel.f_type));
        found.mount_point = top_of_device(*this, absolute);
        found.in_memory = found.type == "tmpfs";
    }
    found.read_only = (s.f_flag & ST_RDONLY) != 0;
    found.free_bytes = static_cast<std::uint64_t>(s.f_bavail) * s.f_frsize;
    status = found;
    return 0;
}

int LinuxSystem::open_folder_without_links(const std::string& path, int& fd) {
    struct open_how how = {};
    how.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    how.resolve = RESOLVE_NO_SYMLINKS;
    const long opened = ::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how);
    if (opened >= 0) fd = static_cast<int>(opened);
    // Kernels before 5.6 lack the call, and old filters of containers forbid it.
    if (opened < 0 && (errno == ENOSYS || errno == EPERM)) {
        return PosixSystem::open_folder_without_links(path, fd);
    }
    return result_of(opened);
}

int LinuxSystem::probe_use(Handle handle) {
    struct flock any = {};
    any.l_type = F_WRLCK;
    any.l_whence = SEEK_SET;
    if (::fcntl(handle, F_OFD_GETLK, &any) == 0 && any.l_type != F_UNLCK) return EBUSY;
    // A read lease is only given where nobody has the file open for writing. It is held for no
    // longer than the question takes.
    if (::fcntl(handle, F_SETLEASE, F_RDLCK) != 0) return errno == EAGAIN ? EBUSY : ENOTSUP;
    static_cast<void>(::fcntl(handle, F_SETLEASE, F_UNLCK));
    return 0;
}

int LinuxSystem::writers(Handle handle, std::vector<Process>& writers) {
    FileStatus own;
    if (const int result = status(handle, own); result != 0) return result;
    writers = find_writers(own.identity);
    return 0;
}

int LinuxSystem::block_device_status(Handle handle, BlockDeviceStatus& status) {
    std::uint64_t size_bytes = 0;
    int sector_bytes = 0;
    int read_only = 0;
    if (::ioctl(handle, BLKGETSIZE64, &size_bytes) != 0) return errno;
    if (::ioctl(handle, BLKSSZGET, &sector_bytes) != 0) return errno;
    if (::ioctl(handle, BLKROGET, &read_only) != 0) return errno;
    if (sector_bytes <= 0) return EINVAL;
    status = {size_bytes, static_cast<std::uint32_t>(sector_bytes), read_only != 0};
    return 0;
}

int LinuxSystem::lock_byte(Handle handle, std::uint64_t offset) {
    struct flock byte = one_byte(F_RDLCK, offset);
    return result_of(::fcntl(handle, F_OFD_SETLK, &byte));
}

int LinuxSystem::probe_byte(Handle handle, std::uint64_t offset) {
    struct flock byte = one_byte(F_WRLCK, offset);
    if (::fcntl(handle, F_OFD_GETLK, &byte) != 0) return errno;
    return byte.l_type == F_UNLCK ? 0 : EBUSY;
}

int LinuxSystem::send(Handle channel, ByteView from, std::size_t& done) {
    const ssize_t n = ::send(channel, from.data(), from.size(), MSG_NOSIGNAL);
    if (n < 0) return errno == ECONNRESET ? EPIPE : errno;
    done = static_cast<std::size_t>(n);
    return 0;
}

int LinuxSystem::receive(Handle channel, MutableByteView into, std::size_t& done) {
    const ssize_t n = ::recv(channel, into.data(), into.size(), 0);
    if (n < 0 && errno != ECONNRESET) return errno;
    done = n < 0 ? 0 : static_cast<std::size_t>(n);
    return 0;
}

int LinuxSystem::list_attributes(Handle handle, std::vector<std::string>& names) {
    std::string list(most_attribute_bytes, '\0');
    const ssize_t n = ::flistxattr(handle, list.data(), list.size());
    if (n < 0) {
        if (errno != ENOTSUP) return errno;
        names.clear();
        return 0;
    }
    list.resize(static_cast<std::size_t>(n));
    std::vector<std::string> found;
    for (std::size_t begin = 0; begin < list.size();) {
        const std::size_t end = list.find('\0', begin);
        if (end == std::string::npos) break;
        found.push_back(list.substr(begin, end - begin));
        begin = end + 1;
    }
    names = std::move(found);
    return 0;
}

int LinuxSystem::attribute(Handle handle, const std::string& name, Bytes& value) {
    Bytes bytes(most_attribute_bytes);
    const ssize_t n = ::fgetxattr(handle, name.c_str(), bytes.data(), bytes.size());
    if (n < 0) return errno;
    bytes.resize(static_cast<std::size_t>(n));
    value = std::move(bytes);
    return 0;
}

int LinuxSystem::make_scratch(Scratch& scratch) {
    const int fd = ::memfd_create("nlafix", MFD_CLOEXEC);
    if (fd >= 0) {
        const std::string path = "/proc/self/fd/" + std::to_string(fd);
        if (::access(path.c_str(), R_OK | W_OK) == 0) {
            scratch = {fd, path, false};
            return 0;
        }
        static_cast<void>(::close(fd));  // no /proc in this chroot
    }
    const std::string folder = environment_variable("TMPDIR");
    std::string name = (folder.empty() ? "/tmp" : folder) + "/nlafix-XXXXXX";
    const int file = ::mkostemp(name.data(), O_CLOEXEC);
    if (file < 0) return errno;
    scratch = {file, name, true};
    return 0;
}

}  // namespace

System& real_system() {
    static LinuxSystem system;
    return system;
}

}  // namespace nlafix::os
