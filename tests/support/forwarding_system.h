// SPDX-License-Identifier: GPL-2.0-or-later
// A System that passes every call on to another one.
// Owns: nothing; the inner System must outlive it.
// Never: changes an answer. Tests derive from it and override the calls that they spoil.
#pragma once

#include <string>
#include <vector>

#include "os/system.h"

namespace nlafix::test {

class ForwardingSystem : public os::System {
public:
    explicit ForwardingSystem(os::System& inner) : inner_(inner) {}

    int open(const std::string& path, const os::OpenOptions& options, os::Handle& handle) override;
    int close(os::Handle handle) override;
    int read_at(os::Handle handle, MutableByteView into, std::uint64_t offset,
                std::size_t& done) override;
    int write_at(os::Handle handle, ByteView from, std::uint64_t offset,
                 std::size_t& done) override;
    int flush(os::Handle handle) override;
    int drop_cache(os::Handle handle) override;
    int set_size(os::Handle handle, std::uint64_t size_bytes) override;
    int status(os::Handle handle, os::FileStatus& status) override;
    int status(const std::string& path, bool follow_links, os::FileStatus& status) override;
    int file_system(const std::string& path, os::FileSystemStatus& status) override;
    int lock(os::Handle handle) override;
    int probe_use(os::Handle handle) override;
    int writers(os::Handle handle, std::vector<os::Process>& writers) override;
    int block_device_status(os::Handle handle, os::BlockDeviceStatus& status) override;
    int lock_byte(os::Handle handle, std::uint64_t offset) override;
    int probe_byte(os::Handle handle, std::uint64_t offset) override;
    int start_server(const os::ServerJob& job, os::Server& server) override;
    int wait(const os::Child& child, std::uint32_t timeout_ms, int& status) override;
    int stop(const os::Child& child, bool at_once) override;
    int prepare_confinement() override;
    int start_confined(const os::ConfinedJob& job, os::ConfinedChild& child) override;
    int send(os::Handle channel, ByteView from, std::size_t& done) override;
    int receive(os::Handle channel, MutableByteView into, std::size_t& done) override;
    int end_sending(os::Handle channel) override;
    int wait_confined(const os::ConfinedChild& child, os::ConfinedEnd& end) override;
    int set_owner(os::Handle handle, std::uint32_t owner, std::uint32_t group) override;
    int set_permissions(os::Handle handle, std::uint32_t permissions) override;
    int list_attributes(os::Handle handle, std::vector<std::string>& names) override;
    int attribute(os::Handle handle, const std::string& name, Bytes& value) override;
    int set_attribute(os::Handle handle, const std::string& name, ByteView value) override;
    int hold_folder(const std::string& path, os::Handle& handle) override;
    int list_folder(const std::string& path, std::vector<std::string>& names) override;
    int rename(const std::string& from, const std::string& to) override;
    int remove(const std::string& path) override;
    int flush_folder(const std::string& path) override;
    int real_path(const std::string& path, std::string& absolute) override;
    int make_scratch(os::Scratch& scratch) override;
    std::uint64_t now() override;
    int available_memory(std::uint64_t& bytes) override;

protected:
    os::System& inner() { return inner_; }

private:
    os::System& inner_;
};

}  // namespace nlafix::test
