// SPDX-License-Identifier: GPL-2.0-or-later
// A System that spoils its Nth call.
// Owns: the count of calls, and one fault.
// Never: has an effect of its own; what it does not spoil goes to the inner System.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "forwarding_system.h"

namespace nlafix::test {

/// What happens to the Nth call.
struct Fault {
    enum class Kind {
        none,
        error,             // answers `number`, without effect
        lasting_error,     // so does every call from then on: the disk died
        lasting_readonly,  // the same for calls that change something: the disk can still be read
        half_transfer,     // reads or writes half of what was asked for; counts such calls alone
        one_byte,          // reads or writes one byte
        no_byte,           // writes nothing and says so
        half_then_error,   // writes half, and the call behind it answers `number`: no room
        stop_before,       // the process ends here: no call has an effect any more
        stop_after         // the same, once this call has had its effect
    };
    Kind kind = Kind::none;
    int number = 0;         // errno
    std::uint64_t nth = 0;  // the first call is 1
};

/// Thrown where the process is said to have ended. No Error, so that nothing in src/ catches it.
struct Stopped {};

class FaultSystem : public ForwardingSystem {
public:
    FaultSystem(os::System& inner, Fault fault) : ForwardingSystem(inner), fault_(fault) {}
    /// Closes what a process that ended would not have closed.
    ~FaultSystem() override;

    /// Said to be the type of every file system; empty: what the inner System says.
    std::string file_system_type;
    /// Writes to it, and renames over it, set `touched`.
    std::string watched_path;
    bool touched = false;
    /// Whether flushes go to the medium: a process that ends needs none, and they are slow, as is
    /// what drops a cache.
    bool really_flush = true;
    /// Called in front of each call, with its number.
    std::function<void(std::uint64_t)> before_call;

    std::uint64_t calls() const { return calls_; }
    /// The fault came.
    bool struck() const { return struck_; }

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

private:
    enum class Effect { reads, changes };
    enum class Raise { yes, no };  // no: destructors make this call, where nothing may be thrown

    int call(Effect effect, Raise raise, const std::function<int()>& inner_call);
    int transfer(Effect effect, std::size_t size, const std::function<int(std::size_t)>& inner_call,
                 std::size_t& done);
    int stop(Raise raise);

    Fault fault_;
    std::uint64_t calls_ = 0;
    bool struck_ = false;
    bool stopped_ = false;
    bool fail_next_ = false;
    std::set<os::Handle> open_;
    std::set<os::Handle> watched_;
};

}  // namespace nlafix::test
