// SPDX-License-Identifier: GPL-2.0-or-later
#include "forwarding_system.h"

namespace nlafix::test {

int ForwardingSystem::open(const std::string& path, const os::OpenOptions& options,
                           os::Handle& handle) {
    return inner_.open(path, options, handle);
}

int ForwardingSystem::close(os::Handle handle) {
    return inner_.close(handle);
}

int ForwardingSystem::read_at(os::Handle handle, MutableByteView into, std::uint64_t offset,
                              std::size_t& done) {
    return inner_.read_at(handle, into, offset, done);
}

int ForwardingSystem::write_at(os::Handle handle, ByteView from, std::uint64_t offset,
                               std::size_t& done) {
    return inner_.write_at(handle, from, offset, done);
}

int ForwardingSystem::flush(os::Handle handle) {
    return inner_.flush(handle);
}

int ForwardingSystem::drop_cache(os::Handle handle) {
    return inner_.drop_cache(handle);
}

int ForwardingSystem::set_size(os::Handle handle, std::uint64_t size_bytes) {
    return inner_.set_size(handle, size_bytes);
}

int ForwardingSystem::status(os::Handle handle, os::FileStatus& status) {
    return inner_.status(handle, status);
}

int ForwardingSystem::status(const std::string& path, bool follow_links, os::FileStatus& status) {
    return inner_.status(path, follow_links, status);
}

int ForwardingSystem::file_system(const std::string& path, os::FileSystemStatus& status) {
    return inner_.file_system(path, status);
}

int ForwardingSystem::lock(os::Handle handle) {
    return inner_.lock(handle);
}

int ForwardingSystem::probe_use(os::Handle handle) {
    return inner_.probe_use(handle);
}

int ForwardingSystem::writers(os::Handle handle, std::vector<os::Process>& writers) {
    return inner_.writers(handle, writers);
}

int ForwardingSystem::block_device_status(os::Handle handle, os::BlockDeviceStatus& status) {
    return inner_.block_device_status(handle, status);
}

int ForwardingSystem::lock_byte(os::Handle handle, std::uint64_t offset) {
    return inner_.lock_byte(handle, offset);
}

int ForwardingSystem::probe_byte(os::Handle handle, std::uint64_t offset) {
    return inner_.probe_byte(handle, offset);
}

int ForwardingSystem::start_server(const os::ServerJob& job, os::Server& server) {
    return inner_.start_server(job, server);
}

int ForwardingSystem::wait(const os::Child& child, std::uint32_t timeout_ms, int& status) {
    return inner_.wait(child, timeout_ms, status);
}

int ForwardingSystem::stop(const os::Child& child, bool at_once) {
    return inner_.stop(child, at_once);
}

int ForwardingSystem::prepare_confinement() {
    return inner_.prepare_confinement();
}

int ForwardingSystem::start_confined(const os::ConfinedJob& job, os::ConfinedChild& child) {
    return inner_.start_confined(job, child);
}

int ForwardingSystem::send(os::Handle channel, ByteView from, std::size_t& done) {
    return inner_.send(channel, from, done);
}

int ForwardingSystem::receive(os::Handle channel, MutableByteView into, std::size_t& done) {
    return inner_.receive(channel, into, done);
}

int ForwardingSystem::end_sending(os::Handle channel) {
    return inner_.end_sending(channel);
}

int ForwardingSystem::wait_confined(const os::ConfinedChild& child, os::ConfinedEnd& end) {
    return inner_.wait_confined(child, end);
}

int ForwardingSystem::set_owner(os::Handle handle, std::uint32_t owner, std::uint32_t group) {
    return inner_.set_owner(handle, owner, group);
}

int ForwardingSystem::set_permissions(os::Handle handle, std::uint32_t permissions) {
    return inner_.set_permissions(handle, permissions);
}

int ForwardingSystem::list_attributes(os::Handle handle, std::vector<std::string>& names) {
    return inner_.list_attributes(handle, names);
}

int ForwardingSystem::attribute(os::Handle handle, const std::string& name, Bytes& value) {
    return inner_.attribute(handle, name, value);
}

int ForwardingSystem::set_attribute(os::Handle handle, const std::string& name, ByteView value) {
    return inner_.set_attribute(handle, name, value);
}

int ForwardingSystem::hold_folder(const std::string& path, os::Handle& handle) {
    return inner_.hold_folder(path, handle);
}

int ForwardingSystem::list_folder(const std::string& path, std::vector<std::string>& names) {
    return inner_.list_folder(path, names);
}

int ForwardingSystem::rename(const std::string& from, const std::string& to) {
    return inner_.rename(from, to);
}

int ForwardingSystem::remove(const std::string& path) {
    return inner_.remove(path);
}

int ForwardingSystem::flush_folder(const std::string& path) {
    return inner_.flush_folder(path);
}

int ForwardingSystem::real_path(const std::string& path, std::string& absolute) {
    return inner_.real_path(path, absolute);
}

int ForwardingSystem::make_scratch(os::Scratch& scratch) {
    return inner_.make_scratch(scratch);
}

int ForwardingSystem::available_memory(std::uint64_t& bytes) {
    return inner_.available_memory(bytes);
}

std::uint64_t ForwardingSystem::now() {
    return inner_.now();
}

}  // namespace nlafix::test
