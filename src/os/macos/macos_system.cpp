// SPDX-License-Identifier: GPL-2.0-or-later
// What macOS does in its own way. Written from its documentation: nobody has built or tried it yet.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/param.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "os/environment.h"
#include "os/posix/parent_death.h"
#include "os/posix/posix_system.h"

namespace nlafix::os {
namespace {

int result_of(long returned) {
    return returned < 0 ? errno : 0;
}

constexpr std::size_t most_attribute_bytes = 65536;

class MacosSystem final : public PosixSystem {
public:
    /// fsync leaves the data in the disk's own cache there.
    int flush(Handle handle) override {
        if (::fcntl(handle, F_FULLFSYNC) == 0) return 0;
        // Network file systems know only the weaker one.
        return errno == ENOTSUP || errno == EINVAL ? result_of(::fsync(handle)) : errno;
    }
    int drop_cache(Handle) override { return ENOTSUP; }
    int file_system(const std::string& path, FileSystemStatus& status) override;
    /// There are no leases: nobody can tell.
    int probe_use(Handle) override { return 0; }
    int block_device_status(Handle, BlockDeviceStatus&) override { return ENOTSUP; }
    int lock_byte(Handle, std::uint64_t) override { return ENOTSUP; }
    int probe_byte(Handle, std::uint64_t) override { return ENOTSUP; }
    int writers(Handle, std::vector<Process>&) override { return ENOTSUP; }
    int prepare_confinement() override { return ENOTSUP; }
    int start_confined(const ConfinedJob&, ConfinedChild&) override { return ENOTSUP; }
    int send(Handle, ByteView, std::size_t&) override { return ENOTSUP; }
    int receive(Handle, MutableByteView, std::size_t&) override { return ENOTSUP; }
    int end_sending(Handle) override { return ENOTSUP; }
    int wait_confined(const ConfinedChild&, ConfinedEnd&) override { return ENOTSUP; }
    int list_attributes(Handle handle, std::vector<std::string>& names) override;
    int attribute(Handle handle, const std::string& name, Bytes& value) override;
    int set_attribute(Handle handle, const std::string& name, ByteView value) override {
        return result_of(::fsetxattr(handle, name.c_str(), value.data(), value.size(), 0, 0));
    }
    int make_scratch(Scratch& scratch) override;
};

int MacosSystem::file_system(const std::string& path, FileSystemStatus& status) {
    struct statfs s = {};
    if (::statfs(path.c_str(), &s) != 0) return errno;
    status.type = s.f_fstypename;
    status.mount_point = s.f_mntonname;
    status.read_only = (s.f_flags & MNT_RDONLY) != 0;
    status.free_bytes = static_cast<std::uint64_t>(s.f_bavail) * s.f_bsize;
    return 0;
}

int MacosSystem::list_attributes(Handle handle, std::vector<std::string>& names) {
    std::string list(most_attribute_bytes, '\0');
    const ssize_t n = ::flistxattr(handle, list.data(), list.size(), 0);
    if (n < 0 && errno != ENOTSUP) return errno;
    list.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
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

int MacosSystem::attribute(Handle handle, const std::string& name, Bytes& value) {
    Bytes bytes(most_attribute_bytes);
    const ssize_t n = ::fgetxattr(handle, name.c_str(), bytes.data(), bytes.size(), 0, 0);
    if (n < 0) return errno;
    bytes.resize(static_cast<std::size_t>(n));
    value = std::move(bytes);
    return 0;
}

int MacosSystem::make_scratch(Scratch& scratch) {
    const std::string folder = environment_variable("TMPDIR");
    std::string name = (folder.empty() ? "/tmp" : folder) + "/nlafix-XXXXXX";
    const int file = ::mkostemp(name.data(), O_CLOEXEC);
    if (file < 0) return errno;
    scratch = {file, name, true};
    return 0;
}

}  // namespace

/// A server ends when its connection does.
void die_with_parent() {}

System& real_system() {
    static MacosSystem system;
    return system;
}

}  // namespace nlafix::os
