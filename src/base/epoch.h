// SPDX-License-Identifier: GPL-2.0-or-later
// A write as an ordered list of epochs: everything in one is on the disk before the next begins.
// Owns: the types that pure functions make, and that src/commit carries out, journals and reverses.
// Never: knows what is in a file, or touches one.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace nlafix {

/// Which file is written: 0 is the primary file, 1 + i the i-th log of those that the maker of the
/// list was given. On a disk there is one file, the disk.
using FileIndex = std::size_t;
inline constexpr FileIndex primary_file = 0;
constexpr FileIndex file_of_log(std::size_t index) {
    return index + 1;
}

struct Write {
    FileIndex file = primary_file;
    std::uint64_t offset = 0;  // in the file; what lies behind its end makes it longer
    Bytes after;
    /// What was there, as long as `after`; zeros behind the end of the file. Empty until
    /// fill_in_before was called.
    Bytes before = {};
};

struct Resize {
    FileIndex file = primary_file;
    std::uint64_t after_bytes = 0;
    std::uint64_t before_bytes = 0;  // as Write::before
};

/// Writes in any order, then changes of sizes if there are any, then a flush of what was written.
struct Epoch {
    std::string what;  // "final header", for a person
    std::vector<Write> writes;
    std::vector<Resize> resizes = {};
};

enum class Way { replace, log_first, in_place, runlist_switch };

/// "replace", "log-first", "in-place", "runlist-switch".
const char* word_of(Way way);

/// How a hive becomes another one.
struct WritePlan {
    Way way = Way::in_place;
    std::string why;  // this way, or why no better one; for a person
    /// Way::replace carries none of them out; they say what differs.
    std::vector<Epoch> epochs;
    /// From this many epochs on the hive has its new content.
    std::size_t commits_at = 0;
};

/// What the files hold once the epoch is on the disk. `files` has every file that it writes.
void apply_epoch(const Epoch& epoch, std::vector<Bytes>& files);

/// A file as writes would leave it. Takes memory for the pages that are written; the bytes of the
/// file, which must outlive it, stay as they are.
class PatchedFile {
public:
    explicit PatchedFile(ByteView file)
        : file_(file), kept_bytes_(file.size()), size_bytes_(file.size()) {}

    std::uint64_t size_bytes() const { return size_bytes_; }
    /// `length` bytes from `offset`, zeros behind the end.
    Bytes range(std::uint64_t offset, std::size_t length) const;
    Bytes bytes() const { return range(0, static_cast<std::size_t>(size_bytes_)); }
    /// What lies behind the end makes it longer.
    void write(std::uint64_t offset, ByteView bytes);
    /// Zeros where it becomes longer.
    void resize(std::uint64_t size_bytes);
    /// The bytes from `offset` that lie together in memory: none at the end. Valid until the next
    /// change.
    ByteView piece(std::uint64_t offset) const;

private:
    Bytes& page_at(std::uint64_t index);

    ByteView file_;
    std::uint64_t kept_bytes_;  // of file_; what a cut took away does not come back
    std::uint64_t size_bytes_;
    std::map<std::uint64_t, Bytes> pages_;  // by index; all of one size
};

/// Completes `epochs`, which are carried out on `files`, with what they replace: with that they can
/// be reversed. Returns the files as they are then.
std::vector<PatchedFile> fill_in_before(std::vector<Epoch>& epochs,
                                        const std::vector<ByteView>& files);

/// The way back from the first `count` of `epochs`, in reverse order, each putting back what it
/// replaced.
std::vector<Epoch> reversed(const std::vector<Epoch>& epochs, std::size_t count);

/// Bytes that are written, flushes that are made (one for each file of an epoch), in the first
/// `count` epochs.
struct Effort {
    std::uint64_t bytes = 0;
    std::uint64_t flushes = 0;
};
Effort effort_of(const std::vector<Epoch>& epochs, std::size_t count);

/// The files that `epoch` writes or changes the size of, each once, in ascending order.
std::vector<FileIndex> files_of(const Epoch& epoch);

}  // namespace nlafix
