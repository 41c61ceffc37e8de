// SPDX-License-Identifier: GPL-2.0-or-later
// An open file that reads and writes whole ranges.
// Owns: one handle, the loops for short transfers and EINTR, the errors with path and reason.
// Never: knows what is in the file.
#pragma once

#include <functional>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "os/system.h"

namespace nlafix::os {

/// Error for the errno value `number` after `action` on `path`; its code says what the user can do.
Error system_failure(int number, const std::string& action, const std::string& path);

/// Calls `call` again while it is interrupted by a signal, then throws system_failure unless 0.
void must(const std::function<int()>& call, const std::string& action, const std::string& path);

/// Move-only; the destructor closes and ignores what that says, close() reports it.
class File {
public:
    /// Throws Error (no_such_file, no_permission, read_only, in_use, no_room, io_error).
    static File open(System& system, const std::string& path, const OpenOptions& options);
    /// The same for reading, of a name that is known to be no link: one has come between.
    static File open_itself(System& system, const std::string& path);
    /// Takes over `handle`; `path` is for messages.
    File(System& system, Handle handle, std::string path);
    File(File&& other) noexcept;
    File& operator=(File&& other) noexcept;
    ~File();

    FileStatus status() const;
    /// The whole file, at most `limit_bytes`; Error(malformed_hive) if it is longer.
    Bytes read_all(std::uint64_t limit_bytes) const;
    /// Up to `length` bytes from `offset`; fewer at the end of the file.
    Bytes read_range(std::uint64_t offset, std::size_t length) const;
    /// Fills `into` from `offset`; the number of bytes that were there.
    std::size_t read_into(MutableByteView into, std::uint64_t offset) const;
    /// Whether the whole file is `expected`; memory for 1 MiB is taken.
    bool holds(ByteView expected) const;
    void write_fully(ByteView from, std::uint64_t offset) const;
    void set_size(std::uint64_t size_bytes) const;
    void flush() const;
    void drop_cache() const;
    void close();

    const std::string& path() const { return path_; }
    Handle handle() const { return handle_; }
    System& system() const { return *system_; }

private:
    std::size_t read_some(MutableByteView into, std::uint64_t offset) const;

    System* system_;
    Handle handle_;
    std::string path_;
};

}  // namespace nlafix::os
