// SPDX-License-Identifier: GPL-2.0-or-later
// nbd_device.h with libnbd.
//
// Every request is given to libnbd without waiting, and then waited for with a limit: the blocking
// calls would wait for ever for a server that is silent.
#include <libnbd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <chrono>
#include <functional>
#include <utility>

#include "base/error.h"
#include "disk/image/libnbd/image_server.h"
#include "disk/image/nbd_device.h"
#include "os/confined_process.h"

namespace nlafix::disk {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t smallest_alignment_bytes = 512;
// What NBD calls the largest that a server may demand.
constexpr std::uint32_t largest_alignment_bytes = 65536;
// A server that names no limit takes 32 MiB; less keeps our memory, and the wait for each answer,
// small.
constexpr std::uint64_t most_bytes_per_request = std::uint64_t{4} << 20;
// A server that does not close the connection is left to itself after that.
constexpr std::chrono::milliseconds patience_at_end{5'000};

// What NBD_NULL_COMPLETION is, which is no C++.
constexpr nbd_completion_callback no_callback = {};

constexpr const char* hint_server = "is the server still running? look at its log";

struct Closer {
    void operator()(nbd_handle* handle) const { nbd_close(handle); }
};
using HandlePointer = std::unique_ptr<nbd_handle, Closer>;

struct Failure {
    std::string text;
    int number = 0;  // errno, or 0
};

Failure last_failure() {
    const char* text = nbd_get_error();
    return {text != nullptr ? text : "unknown error", nbd_get_errno()};
}

ErrorCode code_of(int number) {
    switch (number) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG: return ErrorCode::no_room;
        case EROFS:
        case EPERM: return ErrorCode::read_only;
        default: return ErrorCode::io_error;
    }
}

class NbdDevice final : public BlockDevice {
public:
    NbdDevice(std::string path, Access access, const NbdOptions& options)
        : path_(std::move(path)), access_(access), timeout_(options.timeout) {
        handle_.reset(nbd_create());
        if (!handle_) throw error_of(last_failure(), "cannot set up a connection");
    }
    ~NbdDevice() override { disconnect(); }

    void connect_to_server(std::unique_ptr<ImageServer> server);
    void connect_to_uri();

    std::uint64_t size_bytes() const override { return size_bytes_; }
    std::uint32_t alignment_bytes() const override { return alignment_bytes_; }
    bool is_writable() const override { return access_ == Access::write; }
    std::optional<Error> refusal() const override { return refusal_; }
    std::vector<std::string> confined() const override {
        return server_ ? os::words_of(server_->walls()) : std::vector<std::string>();
    }
    void read(MutableByteView into, std::uint64_t offset) override;
    void write(ByteView from, std::uint64_t offset) override;
    void flush() override;

private:
    using Start = std::function<std::int64_t(nbd_handle*)>;

    Error error_of(const Failure& failure, const std::string& action) const;
    void connect(const std::function<int(nbd_handle*)>& start);
    void learn_limits();
    std::optional<Error> why_not_written() const;
    void request(const Start& start, const std::string& action, std::uint64_t offset);
    void wait_for(std::uint64_t cookie, const std::string& action, std::uint64_t offset);
    [[noreturn]] void fail(const Failure& failure, const std::string& action, std::uint64_t offset);
    [[noreturn]] void time_out(const std::string& action);
    int poll_until(Clock::time_point deadline);
    void read_aligned(MutableByteView into, std::uint64_t offset);
    void disconnect() noexcept;

    std::string path_;
    Access access_;
    std::chrono::milliseconds timeout_;
    std::unique_ptr<ImageServer> server_;  // goes after the connection
    HandlePointer handle_;                 // nothing once the server was given up
    std::uint64_t size_bytes_ = 0;
    std::uint32_t alignment_bytes_ = smallest_alignment_bytes;
    std::uint64_t request_bytes_ = most_bytes_per_request;
    std::optional<Error> refusal_;
};

Error NbdDevice::error_of(const Failure& failure, const std::string& action) const {
    return Error(code_of(failure.number), action + " (" + failure.text + ")")
        .path(path_)
        .hint(failure.number == ENOSPC || failure.number == EDQUOT
                  ? "make room where the image lies, then run this again"
                  : hint_server);
}

/// 1: something happened; 0: the deadline passed; -1: libnbd failed.
int NbdDevice::poll_until(Clock::time_point deadline) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return 0;
    const int polled = nbd_poll(handle_.get(), static_cast<int>(left.count()));
    // A signal is noted elsewhere; what was begun here goes on.
    return polled < 0 && nbd_get_errno() == EINTR ? 1 : polled;
}

void NbdDevice::time_out(const std::string& action) {
    // The request may still be answered into a buffer that goes with our caller: never again.
    handle_.reset();
    if (server_) server_->kill();
    throw Error(ErrorCode::io_error, action + ": the server gave no answer for " +
                                         std::to_string(timeout_.count() / 1000) + " seconds")
        .path(path_)
        .hint(server_ ? "look at the kernel's log (dmesg); is what holds the image still there?"
                      : hint_server);
}

void NbdDevice::connect(const std::function<int(nbd_handle*)>& start) {
    const auto deadline = Clock::now() + timeout_;
    const std::string action = "cannot connect to the server";
    if (start(handle_.get()) == -1) throw error_of(last_failure(), action);
    while (nbd_aio_is_ready(handle_.get()) != 1) {
        if (nbd_aio_is_dead(handle_.get()) == 1 || nbd_aio_is_closed(handle_.get()) == 1) {
            throw error_of(last_failure(), action);
        }
        const int polled = poll_until(deadline);
        if (polled == 0) time_out(action);
        if (polled < 0) throw error_of(last_failure(), action);
    }
    learn_limits();
}

void NbdDevice::learn_limits() {
    const std::int64_t size = nbd_get_size(handle_.get());
    const std::int64_t minimum = nbd_get_block_size(handle_.get(), LIBNBD_SIZE_MINIMUM);
    const std::int64_t maximum = nbd_get_block_size(handle_.get(), LIBNBD_SIZE_MAXIMUM);
    if (size < 0) throw error_of(last_failure(), "cannot ask for the size");
    if (minimum > smallest_alignment_bytes) {
        if (minimum > largest_alignment_bytes ||
            !std::has_single_bit(static_cast<std::uint64_t>(minimum))) {
            throw Error(ErrorCode::io_error,
                        "the server demands blocks of " + std::to_string(minimum) + " bytes")
                .path(path_)
                .hint("serve the image with another program, such as qemu-nbd");
        }
        alignment_bytes_ = static_cast<std::uint32_t>(minimum);
    }
    size_bytes_ = static_cast<std::uint64_t>(size);
    size_bytes_ -= size_bytes_ % alignment_bytes_;
    if (maximum > 0) {
        request_bytes_ = std::min(request_bytes_, static_cast<std::uint64_t>(maximum));
    }
    request_bytes_ -= request_bytes_ % alignment_bytes_;
    request_bytes_ = std::max<std::uint64_t>(request_bytes_, alignment_bytes_);
    if (access_ == Access::read) return;
    if (const auto reason = why_not_written()) throw Error(*reason);
}

std::optional<Error> NbdDevice::why_not_written() const {
    if (nbd_is_read_only(handle_.get()) != 0) {
        return Error(ErrorCode::read_only, "the server offers it for reading only")
            .path(path_)
            .hint("start the server without its read-only option, then run this again");
    }
    if (nbd_can_flush(handle_.get()) != 1) {
        return Error(ErrorCode::read_only,
                     "the server cannot flush: nobody could say that a write is on the disk")
            .path(path_)
            .hint(
                "serve it with a program that offers flushes, such as qemu-nbd, then run this "
                "again");
    }
    return std::nullopt;
}

void NbdDevice::connect_to_server(std::unique_ptr<ImageServer> server) {
    server_ = std::move(server);
    try {
        connect([&](nbd_handle* handle) {
            return nbd_aio_connect_socket(handle, server_->take_connection());
        });
    } catch (const Error& error) {
        // What the server says is closer to the cause than what its end looks like from here.
        if (error.code() == ErrorCode::read_only) throw;
        throw server_->why_not_opened(error);
    }
}

void NbdDevice::connect_to_uri() {
    // A URI may not lead to other files of this machine, nor to what is only good within it.
    nbd_set_uri_allow_transports(handle_.get(),
                                 LIBNBD_ALLOW_TRANSPORT_TCP | LIBNBD_ALLOW_TRANSPORT_UNIX);
    nbd_set_uri_allow_local_file(handle_.get(), false);
    connect([&](nbd_handle* handle) { return nbd_aio_connect_uri(handle, path_.c_str()); });
    if (access_ == Access::read) refusal_ = why_not_written();
}

void NbdDevice::fail(const Failure& failure, const std::string& action, std::uint64_t offset) {
    Error error = error_of(failure, action).offset(offset);
    if (nbd_aio_is_dead(handle_.get()) == 1 || nbd_aio_is_closed(handle_.get()) == 1) {
        handle_.reset();
        if (server_) error.add(server_->end_as_text());
    }
    throw Error(error);
}

void NbdDevice::wait_for(std::uint64_t cookie, const std::string& action, std::uint64_t offset) {
    const auto deadline = Clock::now() + timeout_;
    for (;;) {
        const int completed = nbd_aio_command_completed(handle_.get(), cookie);
        if (completed == 1) return;
        if (completed < 0) fail(last_failure(), action, offset);
        const int polled = poll_until(deadline);
        if (polled == 0) time_out(action);
        if (polled < 0) {
            // With the connection in no known state the request must not stay in flight: it writes
            // into a buffer of our caller.
            const Failure failure = last_failure();
            Error error = error_of(failure, action).offset(offset);
            handle_.reset();
            if (server_) error.add(server_->end_as_text());
            throw Error(error);
        }
    }
}

void NbdDevice::request(const Start& start, const std::string& action, std::uint64_t offset) {
    if (!handle_) {
        throw Error(ErrorCode::io_error, action + ": the connection to the server was lost before")
            .path(path_)
            .offset(offset)
            .hint(hint_server);
    }
    const std::int64_t cookie = start(handle_.get());
    if (cookie < 0) fail(last_failure(), action, offset);
    wait_for(static_cast<std::uint64_t>(cookie), action, offset);
}

void NbdDevice::read_aligned(MutableByteView into, std::uint64_t offset) {
    for (std::size_t done = 0; done < into.size();) {
        const auto length =
            static_cast<std::size_t>(std::min<std::uint64_t>(request_bytes_, into.size() - done));
        request(
            [&](nbd_handle* handle) {
                return nbd_aio_pread(handle, into.data() + done, length, offset + done, no_callback,
                                     0);
            },
            "cannot read", offset + done);
        done += length;
    }
}

void NbdDevice::read(MutableByteView into, std::uint64_t offset) {
    try {
        require_readable(*this, offset, into.size());
    } catch (Error& error) {
        error.default_path(path_);
        throw;
    }
    const std::uint64_t end = offset + into.size();
    const std::uint64_t first = offset - offset % alignment_bytes_;
    const std::uint64_t behind = (end + alignment_bytes_ - 1) / alignment_bytes_ * alignment_bytes_;
    if (first == offset && behind == end) return read_aligned(into, offset);
    // A bounded piece at a time: the buffer must not be as large as what was asked for.
    Bytes buffer;
    std::size_t done = 0;
    for (std::uint64_t at = first; at < behind; at += buffer.size()) {
        buffer.resize(static_cast<std::size_t>(std::min(request_bytes_, behind - at)));
        read_aligned(buffer, at);
        const auto skipped = static_cast<std::size_t>(at < offset ? offset - at : 0);
        const std::size_t length = std::min(buffer.size() - skipped, into.size() - done);
        std::copy_n(buffer.begin() + static_cast<std::ptrdiff_t>(skipped), length,
                    into.begin() + static_cast<std::ptrdiff_t>(done));
        done += length;
    }
}

void NbdDevice::write(ByteView from, std::uint64_t offset) {
    try {
        require_writable(*this, offset, from.size());
    } catch (Error& error) {
        error.default_path(path_);
        throw;
    }
    for (std::size_t done = 0; done < from.size();) {
        const auto length =
            static_cast<std::size_t>(std::min<std::uint64_t>(request_bytes_, from.size() - done));
        request(
            [&](nbd_handle* handle) {
                return nbd_aio_pwrite(handle, from.data() + done, length, offset + done,
                                      no_callback, 0);
            },
            "cannot write", offset + done);
        done += length;
    }
}

void NbdDevice::flush() {
    if (access_ == Access::read) return;
    request([](nbd_handle* handle) { return nbd_aio_flush(handle, no_callback, 0); },
            "cannot flush to the disk", 0);
}

void NbdDevice::disconnect() noexcept {
    if (!handle_) return;
    if (nbd_aio_is_ready(handle_.get()) == 1 && nbd_aio_disconnect(handle_.get(), 0) == 0) {
        const auto deadline = Clock::now() + patience_at_end;
        while (nbd_aio_is_closed(handle_.get()) != 1 && nbd_aio_is_dead(handle_.get()) != 1) {
            if (poll_until(deadline) <= 0) break;
        }
    }
    handle_.reset();
}

}  // namespace

bool has_nbd() {
    return true;
}

std::unique_ptr<BlockDevice> open_image(os::System& system, const ServedImage& image,
                                        const NbdOptions& options) {
    auto device = std::make_unique<NbdDevice>(image.path, image.access, options);
    device->connect_to_server(ImageServer::start(system, image));
    return device;
}

std::unique_ptr<BlockDevice> open_nbd_uri(const std::string& uri, Access access,
                                          const NbdOptions& options) {
    auto device = std::make_unique<NbdDevice>(uri, access, options);
    device->connect_to_uri();
    return device;
}

}  // namespace nlafix::disk
