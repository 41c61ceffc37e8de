// SPDX-License-Identifier: GPL-2.0-or-later
// Everything that the program asks of the operating system, as one interface.
// Owns: the list of calls. Each method is about one system call, so that a test can fail, or stop
//   the program at, each of them in turn (tests/fault).
// Never: retries, loops or throws; os/file.h and os/files.h do that above it.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace nlafix::os {

enum class FileKind { regular, folder, link, block_device, other };

/// Two names with the same identity are the same file.
struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    auto operator<=>(const FileIdentity&) const = default;
};

struct FileStatus {
    FileKind kind = FileKind::other;
    FileIdentity identity;
    std::uint64_t size_bytes = 0;
    std::uint64_t allocated_bytes = 0;  // less than the size for a sparse file
    std::uint64_t link_count = 0;
    std::uint32_t permissions = 0;  // the low 12 bits of the POSIX mode
    std::uint32_t owner = 0;
    std::uint32_t group = 0;
};

struct FileSystemStatus {
    std::string type;         // as the mount table names it: "ext4", "fuseblk", "ntfs3"
    std::string mount_point;  // absolute path of its root
    bool read_only = false;
    std::uint64_t free_bytes = 0;  // for this user
    bool in_memory = false;        // gone with a restart, as far as the mount table tells
    bool was_dirty = false;        // before it was mounted, where its driver says so
};

struct OpenOptions {
    bool write = false;
    bool create_new = false;  // fails with EEXIST where the name is taken; mode 0600
    bool follow_links = true;
    bool exclusive = false;  // a block device: EBUSY where it is mounted or held by another driver
};

using Handle = int;

/// What the system says of a block device.
struct BlockDeviceStatus {
    std::uint64_t size_bytes = 0;
    std::uint32_t sector_bytes = 512;  // logical: what reads and writes are made of
    bool read_only = false;
};

/// A program that was started, until wait() has said how it ended.
struct Child {
    std::int64_t id = -1;
};

struct Process {
    std::int64_t id = 0;
    std::string name;
};

/// A file that a confined process may open.
struct ConfinedFile {
    Handle handle = -1;  // of a server's file: -1 where its path alone says which it is
    std::string path;    // empty: it has no name, and is opened through its descriptor
    bool writable = false;
};

/// Runs in a confined process, which ends when it returns. `channel` leads to whoever started it;
/// `paths` open the files of the job, in their order.
using ConfinedWork = void (*)(Handle channel, const std::vector<std::string>& paths);

struct ConfinedJob {
    ConfinedWork work = nullptr;
    void (*prepare)() = nullptr;           // called first, while the process has all its rights
    std::vector<ConfinedFile> files;       // at most 4
    std::uint32_t cpu_seconds = 0;         // it is killed after that
    std::uint64_t memory_bytes = 0;        // of address space
    std::uint64_t largest_file_bytes = 0;  // that it may write
};

/// What holds a confined process in. Best effort: an old kernel lacks some of it.
struct Walls {
    bool rlimits = false;
    bool seccomp = false;
    bool landlock = false;
};

/// How a confined process ended. A crash is anything but a return of its work.
enum class ConfinedEnd { returned, crashed, out_of_time, forbidden_call };

/// A program that is a server, and what is left to it.
struct ServerJob {
    std::vector<std::string> arguments;  // first the program, which is looked for in PATH
    Handle errors = -1;                  // where its errors go; -1: nowhere, as all else
    /// The only files that it may open, besides the programs and libraries of the system. Nothing:
    /// it may open all that its user may.
    std::optional<std::vector<ConfinedFile>> files;
};

struct Server {
    Child child;
    Handle connection = -1;
    Walls walls;
};

struct ConfinedChild {
    Handle channel = -1;
    Handle end = -1;  // for wait_confined
    Walls walls;
};

/// A private file without a name on any disk, for a library that wants a path.
struct Scratch {
    Handle handle = -1;
    std::string path;          // opens the same file, in this process only
    bool remove_path = false;  // the path is a real temporary file: remove it afterwards
};

/// Every method returns 0 or an errno value; out-parameters are set only on 0.
class System {
public:
    System() = default;
    System(const System&) = delete;
    System& operator=(const System&) = delete;
    virtual ~System() = default;

    virtual int open(const std::string& path, const OpenOptions& options, Handle& handle) = 0;
    virtual int close(Handle handle) = 0;
    /// May read or write fewer bytes than asked for; `done` says how many (0 when reading: the
    /// end).
    virtual int read_at(Handle handle, MutableByteView into, std::uint64_t offset,
                        std::size_t& done) = 0;
    virtual int write_at(Handle handle, ByteView from, std::uint64_t offset, std::size_t& done) = 0;
    /// Returns when the file's content and size are on the medium.
    virtual int flush(Handle handle) = 0;
    /// The next reads come from the medium where the system can do that; best effort.
    virtual int drop_cache(Handle handle) = 0;
    virtual int set_size(Handle handle, std::uint64_t size_bytes) = 0;
    virtual int status(Handle handle, FileStatus& status) = 0;
    virtual int status(const std::string& path, bool follow_links, FileStatus& status) = 0;
    virtual int file_system(const std::string& path, FileSystemStatus& status) = 0;

    /// Takes an exclusive lock that goes with the handle; EWOULDBLOCK when somebody has one.
    virtual int lock(Handle handle) = 0;
    /// EBUSY when another process has the file open for writing, or a lock on it; any other error:
    /// the system cannot tell. `handle` is open for reading only.
    virtual int probe_use(Handle handle) = 0;
    /// The processes, this one left out, that have the file open for writing, as far as they can be
    /// seen. Takes time by the number of all open files.
    virtual int writers(Handle handle, std::vector<Process>& writers) = 0;

    /// Of an open block device.
    virtual int block_device_status(Handle handle, BlockDeviceStatus& status) = 0;
    /// Locks the byte at `offset` of the file for reading: as many may as want to. The lock goes
    /// with the handle; it is advisory, and the byte need not exist.
    virtual int lock_byte(Handle handle, std::uint64_t offset) = 0;
    /// EBUSY when a lock of another handle, of any kind, is on the byte at `offset`.
    virtual int probe_byte(Handle handle, std::uint64_t offset) = 0;

    /// Starts a program as systemd starts a server on a socket: it inherits a listening socket
    /// (LISTEN_FDS), to which `connection` is connected already. It is out of reach of the
    /// terminal's signals, and gets SIGTERM when the thread that started it ends, however that
    /// comes. ENOENT where there is no such program.
    virtual int start_server(const ServerJob& job, Server& server) = 0;
    /// ETIMEDOUT while `child` still runs after `timeout_ms`; else it is gone, and `status` is its
    /// exit status, or 128 and the signal that ended it.
    virtual int wait(const Child& child, std::uint32_t timeout_ms, int& status) = 0;
    /// Asks `child` to end, or makes it end. It still has to be waited for.
    virtual int stop(const Child& child, bool at_once) = 0;

    /// Makes ready for start_confined, which does it where this was not called. To be called while
    /// the process has one thread.
    virtual int prepare_confinement() = 0;
    /// Starts a process for `job` that has no rights but to open its files, and no descriptors but
    /// its channel. ENOTSUP where the system has nothing of that kind.
    virtual int start_confined(const ConfinedJob& job, ConfinedChild& child) = 0;
    /// On a channel, from either end. May transfer fewer bytes than asked for; EPIPE where nobody
    /// reads any more; 0 bytes received: the other end is closed, or sends no more.
    virtual int send(Handle channel, ByteView from, std::size_t& done) = 0;
    virtual int receive(Handle channel, MutableByteView into, std::size_t& done) = 0;
    /// The other end receives what was sent, and then the end.
    virtual int end_sending(Handle channel) = 0;
    /// Waits until the process is gone.
    virtual int wait_confined(const ConfinedChild& child, ConfinedEnd& end) = 0;

    virtual int set_owner(Handle handle, std::uint32_t owner, std::uint32_t group) = 0;
    virtual int set_permissions(Handle handle, std::uint32_t permissions) = 0;
    /// Names of the extended attributes; ACLs are among them, those of NTFS drivers are not.
    virtual int list_attributes(Handle handle, std::vector<std::string>& names) = 0;
    virtual int attribute(Handle handle, const std::string& name, Bytes& value) = 0;
    virtual int set_attribute(Handle handle, const std::string& name, ByteView value) = 0;

    /// From now on the folder that has the name `path` (absolute, without links) is meant by it,
    /// and each name in it is looked up there, whoever moves it or puts a link in its place. ELOOP
    /// or ENOTDIR where a part of `path` is a link, or where it is held already and means another
    /// folder by now. close() ends that.
    virtual int hold_folder(const std::string& path, Handle& handle) = 0;
    /// Names in a folder, without "." and "..", in no order.
    virtual int list_folder(const std::string& path, std::vector<std::string>& names) = 0;
    /// Replaces `to` where it exists.
    virtual int rename(const std::string& from, const std::string& to) = 0;
    virtual int remove(const std::string& path) = 0;
    /// Returns when the folder's names are on the medium.
    virtual int flush_folder(const std::string& path) = 0;
    /// Absolute path without links.
    virtual int real_path(const std::string& path, std::string& absolute) = 0;

    virtual int make_scratch(Scratch& scratch) = 0;
    /// Now, as a FILETIME: 100 ns since 1601-01-01 UTC.
    virtual std::uint64_t now() = 0;
    /// Bytes of memory that this process may still take before something is ended for want of it;
    /// any error: nobody knows.
    virtual int available_memory(std::uint64_t& bytes) = 0;
};

/// The real one of this platform.
System& real_system();

}  // namespace nlafix::os
