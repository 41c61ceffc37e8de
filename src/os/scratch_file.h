// SPDX-License-Identifier: GPL-2.0-or-later
// A private file with a path, for a library that wants one.
// Owns: the open file, and its name where it has one on a disk: both go with the object.
// Never: chooses a folder of its own; System::make_scratch or the caller does.
#pragma once

#include <optional>
#include <string>

#include "os/file.h"
#include "os/leaving.h"

namespace nlafix::os {

/// Move-only.
class ScratchFile {
public:
    /// The system's own kind (System::make_scratch). Nothing where it has no place for one; throws
    /// Error as File::open does for every other failure.
    static std::optional<ScratchFile> make(System& system);
    /// Takes over `file`, and removes its path in the end.
    static ScratchFile named(File file);

    ScratchFile(ScratchFile&& other) noexcept;
    ~ScratchFile();

    /// Opens the same file, in this process only.
    const std::string& path() const { return path_; }
    /// Its path is a name on a disk, the same for every process.
    bool has_name() const { return remove_path_; }
    File& file() { return file_; }

private:
    ScratchFile(File file, std::string path, bool remove_path);

    File file_;
    std::string path_;
    std::optional<MustFinish> must_finish_;  // where a path has to be removed
    bool remove_path_;
};

}  // namespace nlafix::os
