// SPDX-License-Identifier: GPL-2.0-or-later
// How a new content comes to a hive on the disk.
// Owns: the choice between replacing the file and writing in place, and both ways.
// Never: builds hive bytes, or keeps records (commit/backup.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/epoch.h"
#include "os/file.h"

namespace nlafix::commit {

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

/// Carries out `epochs` on the hive and on the logs at `log_paths` (by FileIndex; one that is not
/// there is created, readable by no more people than the hive). Throws Error(unconfirmed_write)
/// once an epoch that touches the hive has begun; any other Error leaves all files as they were,
/// their sizes too.
void write_in_place(const os::File& hive, const std::vector<Epoch>& epochs,
                    const std::vector<std::string>& log_paths = {});

/// Reads the file at `path` back from the disk. Throws Error(unconfirmed_write) unless it is
/// `expected` to the byte.
void confirm(os::System& system, const std::string& path, ByteView expected);

}  // namespace nlafix::commit
