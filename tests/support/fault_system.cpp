// SPDX-License-Identifier: GPL-2.0-or-later
#include "fault_system.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace nlafix::test {
namespace {

using Kind = Fault::Kind;

bool is_about_writes(Kind kind) {
    return kind == Kind::no_byte || kind == Kind::half_then_error;
}

bool is_about_transfers(Kind kind) {
    return kind == Kind::half_transfer || kind == Kind::one_byte || is_about_writes(kind);
}

}  // namespace

FaultSystem::~FaultSystem() {
    for (const os::Handle handle : open_) {
        static_cast<void>(inner().close(handle));
    }
}

int FaultSystem::stop(Raise raise) {
    stopped_ = true;
    if (raise == Raise::yes) {
        throw Stopped{};
    }
    return EIO;
}

int FaultSystem::call(Effect effect, Raise raise, const std::function<int()>& inner_call) {
    if (stopped_) {
        return stop(raise);
    }
    if (std::exchange(fail_next_, false)) {
        return fault_.number;
    }
    if (is_about_transfers(fault_.kind)) {
        return inner_call();
    }
    ++calls_;
    if (before_call) {
        before_call(calls_);
    }
    const bool lasting = fault_.kind == Kind::lasting_error ||
                         (fault_.kind == Kind::lasting_readonly && effect == Effect::changes);
    const bool now = lasting ? calls_ >= fault_.nth : calls_ == fault_.nth;
    if (!now || fault_.kind == Kind::none || fault_.kind == Kind::lasting_readonly) {
        struck_ = struck_ || (now && lasting);
        return now && lasting ? fault_.number : inner_call();
    }
    struck_ = true;
    if (fault_.kind == Kind::stop_before) {
        return stop(raise);
    }
    if (fault_.kind == Kind::stop_after) {
        static_cast<void>(inner_call());
        return stop(raise);
    }
    return fault_.number;
}

int FaultSystem::transfer(Effect effect, std::size_t size,
                          const std::function<int(std::size_t)>& inner_call, std::size_t& done) {
    const bool counts = is_about_transfers(fault_.kind) &&
                        (effect == Effect::changes || !is_about_writes(fault_.kind));
    if (!counts || ++calls_ != fault_.nth) {
        return call(effect, Raise::yes, [&] { return inner_call(size); });
    }
    struck_ = true;
    if (fault_.kind == Kind::no_byte) {
        done = 0;
        return 0;
    }
    fail_next_ = fault_.kind == Kind::half_then_error;
    const std::size_t part = fault_.kind == Kind::one_byte ? 1 : (size + 1) / 2;
    return inner_call(std::min(part, size));
}

int FaultSystem::open(const std::string& path, const os::OpenOptions& options, os::Handle& handle) {
    return call(options.write ? Effect::changes : Effect::reads, Raise::yes, [&] {
        os::Handle opened = -1;
        const int result = inner().open(path, options, opened);
        if (result == 0) {
            handle = opened;
            open_.insert(opened);
            if (path == watched_path) {
                watched_.insert(opened);
            }
        }
        return result;
    });
}

int FaultSystem::close(os::Handle handle) {
    // Whatever the answer, the handle is gone afterwards, as on Linux.
    const auto really_close = [&] {
        open_.erase(handle);
        watched_.erase(handle);
        return inner().close(handle);
    };
    int inner_result = -1;
    const int result =
        call(Effect::reads, Raise::no, [&] { return inner_result = really_close(); });
    if (inner_result < 0) {
        static_cast<void>(really_close());
    }
    return result;
}

int FaultSystem::read_at(os::Handle handle, MutableByteView into, std::uint64_t offset,
                         std::size_t& done) {
    return transfer(
        Effect::reads, into.size(),
        [&](std::size_t size) { return inner().read_at(handle, into.first(size), offset, done); },
        done);
}

int FaultSystem::write_at(os::Handle handle, ByteView from, std::uint64_t offset,
                          std::size_t& done) {
    touched = touched || watched_.contains(handle);
    return transfer(
        Effect::changes, from.size(),
        [&](std::size_t size) { return inner().write_at(handle, from.first(size), offset, done); },
        done);
}

int FaultSystem::flush(os::Handle handle) {
    return call(Effect::changes, Raise::yes,
                [&] { return really_flush ? inner().flush(handle) : 0; });
}

int FaultSystem::drop_cache(os::Handle handle) {
    return call(Effect::reads, Raise::yes,
                [&] { return really_flush ? inner().drop_cache(handle) : 0; });
}

int FaultSystem::set_size(os::Handle handle, std::uint64_t size_bytes) {
    touched = touched || watched_.contains(handle);
    return call(Effect::changes, Raise::yes, [&] { return inner().set_size(handle, size_bytes); });
}

int FaultSystem::status(os::Handle handle, os::FileStatus& status) {
    return call(Effect::reads, Raise::yes, [&] { return inner().status(handle, status); });
}

int FaultSystem::status(const std::string& path, bool follow_links, os::FileStatus& status) {
    return call(Effect::reads, Raise::yes,
                [&] { return inner().status(path, follow_links, status); });
}

int FaultSystem::file_system(const std::string& path, os::FileSystemStatus& status) {
    return call(Effect::reads, Raise::yes, [&] {
        const int result = inner().file_system(path, status);
        if (result == 0 && !file_system_type.empty()) {
            status.type = file_system_type;
        }
        return result;
    });
}

int FaultSystem::lock(os::Handle handle) {
    return call(Effect::reads, Raise::yes, [&] { return inner().lock(handle); });
}

int FaultSystem::probe_use(os::Handle handle) {
    return call(Effect::reads, Raise::yes, [&] { return inner().probe_use(handle); });
}

int FaultSystem::writers(os::Handle handle, std::vector<os::Process>& writers) {
    return call(Effect::reads, Raise::yes, [&] { return inner().writers(handle, writers); });
}

int FaultSystem::block_device_status(os::Handle handle, os::BlockDeviceStatus& status) {
    return call(Effect::reads, Raise::yes,
                [&] { return inner().block_device_status(handle, status); });
}

int FaultSystem::lock_byte(os::Handle handle, std::uint64_t offset) {
    return call(Effect::reads, Raise::yes, [&] { return inner().lock_byte(handle, offset); });
}

int FaultSystem::probe_byte(os::Handle handle, std::uint64_t offset) {
    return call(Effect::reads, Raise::yes, [&] { return inner().probe_byte(handle, offset); });
}

int FaultSystem::start_server(const os::ServerJob& job, os::Server& server) {
    return call(Effect::reads, Raise::yes, [&] {
        os::Server started;
        const int result = inner().start_server(job, started);
        if (result == 0) {
            server = started;
            open_.insert(started.connection);
        }
        return result;
    });
}

int FaultSystem::wait(const os::Child& child, std::uint32_t timeout_ms, int& status) {
    // A child is never left behind, whatever is said of it.
    int inner_result = -1;
    const int result = call(Effect::reads, Raise::no,
                            [&] { return inner_result = inner().wait(child, timeout_ms, status); });
    if (inner_result < 0) {
        static_cast<void>(inner().stop(child, true));
        static_cast<void>(inner().wait(child, 10'000, status));
    }
    return result;
}

int FaultSystem::stop(const os::Child& child, bool at_once) {
    return call(Effect::reads, Raise::no, [&] { return inner().stop(child, at_once); });
}

int FaultSystem::prepare_confinement() {
    return call(Effect::reads, Raise::yes, [&] { return inner().prepare_confinement(); });
}

int FaultSystem::start_confined(const os::ConfinedJob& job, os::ConfinedChild& child) {
    return call(Effect::reads, Raise::yes, [&] {
        os::ConfinedChild started;
        const int result = inner().start_confined(job, started);
        if (result == 0) {
            child = started;
            open_.insert({started.channel, started.end});
        }
        return result;
    });
}

int FaultSystem::send(os::Handle channel, ByteView from, std::size_t& done) {
    return call(Effect::reads, Raise::yes, [&] { return inner().send(channel, from, done); });
}

int FaultSystem::receive(os::Handle channel, MutableByteView into, std::size_t& done) {
    return call(Effect::reads, Raise::yes, [&] { return inner().receive(channel, into, done); });
}

int FaultSystem::end_sending(os::Handle channel) {
    return call(Effect::reads, Raise::yes, [&] { return inner().end_sending(channel); });
}

int FaultSystem::wait_confined(const os::ConfinedChild& child, os::ConfinedEnd& end) {
    return call(Effect::reads, Raise::yes, [&] { return inner().wait_confined(child, end); });
}

int FaultSystem::set_owner(os::Handle handle, std::uint32_t owner, std::uint32_t group) {
    return call(Effect::changes, Raise::yes,
                [&] { return inner().set_owner(handle, owner, group); });
}

int FaultSystem::set_permissions(os::Handle handle, std::uint32_t permissions) {
    return call(Effect::changes, Raise::yes,
                [&] { return inner().set_permissions(handle, permissions); });
}

int FaultSystem::list_attributes(os::Handle handle, std::vector<std::string>& names) {
    return call(Effect::reads, Raise::yes, [&] { return inner().list_attributes(handle, names); });
}

int FaultSystem::attribute(os::Handle handle, const std::string& name, Bytes& value) {
    return call(Effect::reads, Raise::yes, [&] { return inner().attribute(handle, name, value); });
}

int FaultSystem::set_attribute(os::Handle handle, const std::string& name, ByteView value) {
    return call(Effect::changes, Raise::yes,
                [&] { return inner().set_attribute(handle, name, value); });
}

int FaultSystem::hold_folder(const std::string& path, os::Handle& handle) {
    return call(Effect::reads, Raise::yes, [&] {
        const int result = inner().hold_folder(path, handle);
        if (result == 0) {
            open_.insert(handle);
        }
        return result;
    });
}

int FaultSystem::list_folder(const std::string& path, std::vector<std::string>& names) {
    return call(Effect::reads, Raise::yes, [&] { return inner().list_folder(path, names); });
}

int FaultSystem::rename(const std::string& from, const std::string& to) {
    touched = touched || to == watched_path;
    return call(Effect::changes, Raise::yes, [&] { return inner().rename(from, to); });
}

int FaultSystem::remove(const std::string& path) {
    return call(Effect::changes, Raise::no, [&] { return inner().remove(path); });
}

int FaultSystem::flush_folder(const std::string& path) {
    return call(Effect::changes, Raise::yes,
                [&] { return really_flush ? inner().flush_folder(path) : 0; });
}

int FaultSystem::real_path(const std::string& path, std::string& absolute) {
    return call(Effect::reads, Raise::yes, [&] { return inner().real_path(path, absolute); });
}

int FaultSystem::make_scratch(os::Scratch& scratch) {
    return call(Effect::reads, Raise::yes, [&] {
        const int result = inner().make_scratch(scratch);
        if (result == 0) {
            open_.insert(scratch.handle);
        }
        return result;
    });
}

}  // namespace nlafix::test
