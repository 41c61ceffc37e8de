// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/file.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "os/environment.h"
#include "os/path_syntax.h"

namespace nlafix::os {
namespace {

// A file system that answers EINTR for ever must not hang a rescue.
constexpr int most_retries = 1000;

// Keeps a single transfer below what every system takes in one call.
constexpr std::size_t most_bytes_per_call = std::size_t{1} << 26;

constexpr std::size_t comparison_chunk_bytes = std::size_t{1} << 20;

ErrorCode code_of(int number) {
    switch (number) {
        case ENOENT:
        case ENOTDIR:
        case ENAMETOOLONG:
        case ELOOP: return ErrorCode::no_such_file;
        case EACCES:
        case EPERM: return ErrorCode::no_permission;
        case EROFS: return ErrorCode::read_only;
        case EBUSY:
        case ETXTBSY:
        case EWOULDBLOCK: return ErrorCode::in_use;
        case ENOSPC:
        case EDQUOT:
        case EFBIG: return ErrorCode::no_room;
        default: return ErrorCode::io_error;
    }
}

const char* hint_of(int number, const std::string& path) {
    switch (number) {
        case EFBIG: return "raise the limit for the size of files (ulimit -f), then run it again";
        case ENXIO:
        case ENODEV:
#ifdef ENOMEDIUM
        case ENOMEDIUM:
#endif
            return "the disk is gone: attach it again; nlafix list shows whether it is there";
        default: break;
    }
    switch (code_of(number)) {
        case ErrorCode::no_such_file:
            return names_device(path) ? "nlafix list shows the disks of this machine"
                                      : "check the path; is the disk mounted?";
        case ErrorCode::no_permission: return "run it as root, or as a user who may do this";
        case ErrorCode::read_only: return "mount the volume for writing, then run it again";
        case ErrorCode::in_use: return in_use_hint;
        case ErrorCode::no_room: return "make room, or put the backup elsewhere with --backup-dir";
        default: return io_error_hint;
    }
}

}  // namespace

Error system_failure(int number, const std::string& action, const std::string& path) {
    return Error(code_of(number), action)
        .path(path)
        .system_error(number)
        .hint(hint_of(number, path));
}

void must(const std::function<int()>& call, const std::string& action, const std::string& path) {
    int result = call();
    for (int i = 0; result == EINTR && i < most_retries; ++i) result = call();
    if (result != 0) throw system_failure(result, action, path);
}

File File::open(System& system, const std::string& path, const OpenOptions& options) {
    Handle handle = -1;
    must([&] { return system.open(path, options, handle); },
         options.create_new ? "cannot create the file" : "cannot open", path);
    return File(system, handle, path);
}

File File::open_itself(System& system, const std::string& path) {
    OpenOptions options;
    options.follow_links = false;
    return open(system, path, options);
}

File::File(System& system, Handle handle, std::string path)
    : system_(&system), handle_(handle), path_(std::move(path)) {}

File::File(File&& other) noexcept
    : system_(other.system_),
      handle_(std::exchange(other.handle_, -1)),
      path_(std::move(other.path_)) {}

File& File::operator=(File&& other) noexcept {
    if (this != &other) {
        if (handle_ >= 0) static_cast<void>(system_->close(handle_));
        system_ = other.system_;
        handle_ = std::exchange(other.handle_, -1);
        path_ = std::move(other.path_);
    }
    return *this;
}

File::~File() {
    if (handle_ >= 0) static_cast<void>(system_->close(handle_));
}

FileStatus File::status() const {
    FileStatus result;
    must([&] { return system_->status(handle_, result); }, "cannot ask for the status", path_);
    return result;
}

std::size_t File::read_some(MutableByteView into, std::uint64_t offset) const {
    std::size_t done = 0;
    const MutableByteView part = into.first(std::min(into.size(), most_bytes_per_call));
    must([&] { return system_->read_at(handle_, part, offset, done); }, "cannot read", path_);
    return done;
}

std::size_t File::read_into(MutableByteView into, std::uint64_t offset) const {
    std::size_t filled = 0;
    while (filled < into.size()) {
        const std::size_t done = read_some(into.subspan(filled), offset + filled);
        if (done == 0) break;
        filled += done;
    }
    return filled;
}

bool File::holds(ByteView expected) const {
    if (status().size_bytes != expected.size()) return false;
    Bytes chunk(comparison_chunk_bytes);
    for (std::size_t at = 0; at < expected.size(); at += chunk.size()) {
        const std::size_t length = std::min(chunk.size(), expected.size() - at);
        const std::size_t found = read_into(MutableByteView(chunk).first(length), at);
        if (!equal(ByteView(chunk).first(found), expected.subspan(at, length))) return false;
    }
    return true;
}

Bytes File::read_range(std::uint64_t offset, std::size_t length) const {
    Bytes bytes(length);
    bytes.resize(read_into(bytes, offset));
    return bytes;
}

Bytes File::read_all(std::uint64_t limit_bytes) const {
    const std::uint64_t size = status().size_bytes;
    if (size > limit_bytes) {
        throw Error(ErrorCode::malformed_hive, "is " + std::to_string(size) +
                                                   " bytes long, more than a hive can be (" +
                                                   std::to_string(limit_bytes) + ")")
            .path(path_)
            .hint("give a SYSTEM hive, or the folder of a mounted Windows volume");
    }
    Bytes bytes = read_range(0, static_cast<std::size_t>(size));
    if (bytes.size() != size) {
        throw Error(ErrorCode::io_error, "became shorter while it was read")
            .path(path_)
            .hint("somebody else writes to it; stop that, then run it again");
    }
    return bytes;
}

void File::write_fully(ByteView from, std::uint64_t offset) const {
    std::size_t written = 0;
    while (written < from.size()) {
        std::size_t done = 0;
        const ByteView part =
            from.subspan(written, std::min(from.size() - written, most_bytes_per_call));
        must([&] { return system_->write_at(handle_, part, offset + written, done); },
             "cannot write", path_);
        // A write that takes nothing and reports nothing would otherwise go on for ever.
        if (done == 0) throw system_failure(EIO, "cannot write", path_);
        written += done;
    }
}

void File::set_size(std::uint64_t size_bytes) const {
    must([&] { return system_->set_size(handle_, size_bytes); }, "cannot set the size", path_);
}

void File::flush() const {
    must([&] { return system_->flush(handle_); }, "cannot flush to the disk", path_);
}

void File::drop_cache() const {
    // Best effort: where it is not supported the comparison reads the system's cache.
    static_cast<void>(system_->drop_cache(handle_));
}

void File::close() {
    if (handle_ < 0) return;
    const int result = system_->close(std::exchange(handle_, -1));
    // After EINTR the handle is gone on the systems that we know; nothing is left to retry.
    if (result != 0 && result != EINTR) throw system_failure(result, "cannot close", path_);
}

}  // namespace nlafix::os
