// SPDX-License-Identifier: GPL-2.0-or-later
// The one way of writing that is no list of epochs: a new file takes the hive's name in one step.
// Owns: the new file, and the knowledge where that is safe.
// Never: builds hive bytes, or keeps records (commit/record.h).
#pragma once

#include <optional>
#include <string>

#include "os/file.h"
#include "os/leaving.h"

namespace nlafix::commit {

/// A new file beside the hive, to take its name. Removes itself unless renamed.
class Replacement {
public:
    /// A new file `temporary_path`, which a run that was killed may have left there, with all
    /// metadata of `hive`. Nothing where a file cannot be replaced in one step and keep its
    /// metadata.
    static std::optional<Replacement> begin(const os::File& hive,
                                            const std::string& temporary_path);
    Replacement(Replacement&& other) noexcept;
    Replacement& operator=(Replacement&& other) noexcept;
    ~Replacement();

    os::FileIdentity identity() const { return identity_; }
    /// Writes and flushes `content`.
    void fill(ByteView content) const;
    /// Takes the name of `hive`, and flushes the folder. Throws Error(unconfirmed_write) when the
    /// name was taken or may have been; any other Error leaves the hive as it was.
    void take_the_place_of(const os::File& hive);

private:
    Replacement(os::File file, std::string path);

    os::File file_;
    std::string path_;  // empty once it was renamed
    os::FileIdentity identity_;
    os::MustFinish must_finish_;
};

/// True where a file can be replaced atomically and keeps its metadata: a file system that is
/// known to do so, and a hive with one name.
bool can_replace(const os::File& hive);

}  // namespace nlafix::commit
