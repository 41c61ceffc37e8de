// SPDX-License-Identifier: GPL-2.0-or-later
// What says that a write is under way: the state in its manifest, and the marker beside the hive
// or image whose manifest lies elsewhere.
// Owns: both, from before the first byte is written until the write was confirmed or taken back.
// Never: writes the hive.
#pragma once

#include <optional>
#include <string>

#include "commit/journal.h"
#include "os/file.h"

namespace nlafix::commit {

/// What is written, and how its records call it.
struct Subject {
    std::string target;  // absolute path without links of a hive, image or device; or a URI
    /// The folder and the name that the names of backups begin with: the target itself. Of a block
    /// device or a server, its name in the folder that the user works in.
    std::string stem;
    /// A file, beside which a marker can lie: a block device or a server is none.
    bool is_file = false;
    /// Of an image in a folder that takes no marker the manifest alone says that a write is under
    /// way: whoever looks at a disk looks for manifests in other folders, too.
    bool is_disk = false;
};

/// The marker beside `target`.
std::string marker_path(const std::string& target);

/// The manifest that the marker names; nothing where there is no marker, or one that was cut
/// itself: the write had not begun then. It may be hostile.
std::optional<std::string> read_marker(os::System& system, const std::string& target);

class Record {
public:
    /// Of the write that `manifest` (absolute) belongs to. `subject` must outlive it.
    Record(os::System& system, const Subject& subject, std::string manifest);

    /// False when the manifest lies where a look at the folder of the subject finds it.
    bool lies_elsewhere() const { return lies_elsewhere_; }

    /// Says that a write begins, flushed. A write that leaves the hive whole whenever it is cut
    /// (State::logging) needs no marker. `like` has the protection that a new marker gets.
    void begin(State state, const os::File& like) const;
    /// Says how it ended, flushed, and removes the marker, unless a write is under way as before.
    void end(State state) const;
    /// The same; false where that failed: the record may say that a write is under way.
    bool end_quietly(State state) const;

private:
    void ensure_marker(const os::File& like) const;
    void put_marker(const os::File& like) const;

    os::System& system_;
    const Subject& subject_;
    std::string manifest_;
    bool lies_elsewhere_;
};

}  // namespace nlafix::commit
