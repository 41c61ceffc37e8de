// SPDX-License-Identifier: GPL-2.0-or-later
// A commit as an ordered list of epochs: everything in one is on the disk before the next begins.
// Owns: the type that pure functions make, and that store and disk carry out.
// Never: knows what is in a file, or touches one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace nlafix {

/// Which file is written: 0 is the primary file, 1 + i the i-th log of those that the maker of the
/// list was given.
using FileIndex = std::size_t;
inline constexpr FileIndex primary_file = 0;
constexpr FileIndex file_of_log(std::size_t index) {
    return index + 1;
}

struct Write {
    FileIndex file = primary_file;
    std::uint64_t offset = 0;  // in the file; what lies behind its end makes it longer
    Bytes bytes;
};

struct Resize {
    FileIndex file = primary_file;
    std::uint64_t size_bytes = 0;
};

/// Writes in any order, then changes of sizes if there are any, then a flush of what was written.
struct Epoch {
    std::string what;  // "final header", for a person
    std::vector<Write> writes;
    std::vector<Resize> resizes;
    /// False while the hive has its old content whatever of this epoch is on the disk, and what it
    /// wrote can be taken back by writing what was there before.
    bool touches_hive = true;
    /// What it wrote must be read back from the disk and be right before the next epoch begins.
    bool read_back = false;
};

/// What the files hold once the epoch is on the disk. `files` has every file that it writes.
void apply_epoch(const Epoch& epoch, std::vector<Bytes>& files);

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
