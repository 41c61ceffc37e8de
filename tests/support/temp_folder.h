// SPDX-License-Identifier: GPL-2.0-or-later
// A folder of the test's own, gone with the object.
#pragma once

#include <filesystem>
#include <string>

#include "base/bytes.h"
#include "os/paths.h"

namespace nlafix::test {

class TempFolder {
public:
    /// Below TMPDIR; throws std::runtime_error if none can be made.
    TempFolder();
    ~TempFolder();
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;

    /// Absolute, links resolved, as os::System::real_path says it.
    const std::string& path() const { return path_; }
    /// The path of `name` in it; `name` may have several parts.
    std::string operator/(const std::string& name) const { return os::join(path_, name); }

    /// Writes a file, and makes the folders above it. Returns its path.
    std::string write(const std::string& name, ByteView content) const;
    std::string write_text(const std::string& name, const std::string& content) const;
    /// Makes a folder and those above it.
    std::string make_folder(const std::string& name) const;
    /// A symbolic link named `name` to `to`.
    std::string link(const std::string& name, const std::string& to) const;

private:
    std::string path_;
};

/// A path for the standard library, which takes text for one of the machine's code page on Windows.
std::filesystem::path to_path(const std::string& utf8);

/// A path, or a message with paths in it, as the tests write them on every platform: with slashes.
std::string with_slashes(std::string text);

/// The whole file; throws std::runtime_error if it cannot be read.
Bytes read_file(const std::string& path);
std::string read_text(const std::string& path);

}  // namespace nlafix::test
