// SPDX-License-Identifier: GPL-2.0-or-later
// The system calls that every POSIX system has.
// Owns: the mapping of os::System onto them. What differs between Linux and others is left to
//   the derived class of the platform.
#pragma once

#include "os/posix/held_folders.h"
#include "os/system.h"

namespace nlafix::os {

class PosixSystem : public System {
public:
    int open(const std::string& path, const OpenOptions& options, Handle& handle) override;
    int close(Handle handle) override;
    int read_at(Handle handle, MutableByteView into, std::uint64_t offset,
                std::size_t& done) override;
    int write_at(Handle handle, ByteView from, std::uint64_t offset, std::size_t& done) override;
    int set_size(Handle handle, std::uint64_t size_bytes) override;
    int status(Handle handle, FileStatus& status) override;
    int status(const std::string& path, bool follow_links, FileStatus& status) override;
    int lock(Handle handle) override;
    int start_server(const ServerJob& job, Server& server) override;
    int wait(const Child& child, std::uint32_t timeout_ms, int& status) override;
    int stop(const Child& child, bool at_once) override;
    int set_owner(Handle handle, std::uint32_t owner, std::uint32_t group) override;
    int set_permissions(Handle handle, std::uint32_t permissions) override;
    int hold_folder(const std::string& path, Handle& handle) override;
    int list_folder(const std::string& path, std::vector<std::string>& names) override;
    int rename(const std::string& from, const std::string& to) override;
    int remove(const std::string& path) override;
    int flush_folder(const std::string& path) override;
    int real_path(const std::string& path, std::string& absolute) override;
    std::uint64_t now() override;
    int available_memory(std::uint64_t&) override { return ENOTSUP; }

protected:
    /// Opens the folder `path` (absolute), no part of which is a link, for reading.
    virtual int open_folder_without_links(const std::string& path, int& fd);

private:
    HeldFolders held_;
};

}  // namespace nlafix::os
