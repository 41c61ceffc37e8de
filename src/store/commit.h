// SPDX-License-Identifier: GPL-2.0-or-later
// How a new content comes to a hive on the disk.
// Owns: the choice between replacing the file and writing in place, and both ways.
// Never: builds hive bytes, or keeps records (store/backup.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "os/file.h"
#include "store/epochs.h"

namespace nlafix::store {

/// A complete new file beside the hive, ready to take its name. Removes itself unless renamed.
class Replacement {
public:
    /// Writes and flushes `content` into a new file `temporary_path` with all metadata of `hive`.
    /// Nothing where the metadata cannot be had: then the hive has to be written in place.
    static std::optional<Replacement> prepare(const os::File& hive, ByteView content,
                                              const std::string& temporary_path);
    Replacement(Replacement&& other) noexcept;
    Replacement& operator=(Replacement&&) = delete;
    ~Replacement();

    /// Takes the name of `hive`, and flushes the folder. Throws Error(unconfirmed_write) when the
    /// name was taken or may have been; any other Error leaves the hive as it was.
    void take_the_place_of(const os::File& hive);

private:
    Replacement(os::File file, std::string path);

    os::File file_;
    std::string path_;  // empty once it was renamed
};

/// True where a file can be replaced atomically and keeps its metadata: a file system that is
/// known to do so, and a hive with one name.
bool can_replace(const os::File& hive);

/// Carries out `epochs` on the hive. Throws Error(unconfirmed_write) once a byte of the hive may
/// have changed; any other Error leaves it as it was, its size too.
void write_in_place(const os::File& hive, const std::vector<Epoch>& epochs);

/// Reads the file at `path` back from the disk. Throws Error(unconfirmed_write) unless it is
/// `expected` to the byte.
void confirm(os::System& system, const std::string& path, ByteView expected);

}  // namespace nlafix::store
