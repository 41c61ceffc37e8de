// SPDX-License-Identifier: GPL-2.0-or-later
// The record of one fix, beside its backup.
// Owns: its JSON form ("nlafix.manifest/1") and its state.
// Never: decides what to do with a hive.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "commit/disk_record.h"
#include "os/system.h"

namespace nlafix::commit {

/// How far the write that a manifest belongs to has come.
enum class State {
    prepared,  // nothing was written yet, or the hive was replaced in one step and that is all
    writing,   // the hive is being written in place
    written,   // done and confirmed
    undoing,   // the hive is being put back in place
    logging,   // it is written or put back with the log first: a cut leaves a whole hive
    undone     // put back and confirmed
};

/// A hive's size and hashes (XXH3-128), of the whole and of every page of 4096 bytes.
struct Fingerprint {
    std::uint64_t size_bytes = 0;
    std::string digest;
    std::vector<std::string> pages;
};

Fingerprint fingerprint_of(ByteView image);

/// A log beside the hive, whole, as it was before the fix.
struct LogCopy {
    std::string name;  // in the hive's folder
    Bytes before;
    std::uint64_t after_size_bytes = 0;
    std::string after_digest;
};

struct Manifest {
    State state = State::prepared;
    std::string created;  // UTC, "2026-11-22T10:52:07Z"
    /// The hive: a bare name beside the manifest, an absolute path when the backup lies elsewhere.
    std::string target;
    bool in_place = false;
    bool log_first = false;
    std::vector<LogCopy> logs;  // of a fix with the log first, and of no other
    Fingerprint before;
    Fingerprint after;
    /// Pages of the hive after the fix that were not so before, by their number.
    std::map<std::uint64_t, Bytes> changed_pages;
    std::vector<std::string> edits;  // for a reader: "ControlSet001\Control\Lsa: ..."
    std::optional<DiskRecord> disk;  // where `target` is a disk or image, not a hive
};

/// What changed from `before` to `after`, page by page.
std::map<std::uint64_t, Bytes> changed_pages(ByteView before, ByteView after);

/// The hive after the fix, put together again. Throws Error(malformed_backup) unless it has the
/// recorded digest.
Bytes rebuild_after(const Manifest& manifest, ByteView before);

/// JSON text of `manifest`. The state stands in its first 512 bytes, in a field of fixed width, so
/// that it can be changed by a write that no disk tears.
std::string to_json(const Manifest& manifest);

/// Throws Error(malformed_backup).
Manifest parse_manifest(std::string_view text);

/// The state in the first bytes of a manifest; State::prepared where there is none, as a manifest
/// that says "writing" was whole on the disk before that was written. A word that is none of ours
/// is one state half written over another: State::writing, for the hive may be cut.
State state_in_head(std::string_view head);
inline constexpr std::size_t manifest_head_bytes = 512;

/// Reads the manifest at `path`: a regular file, no link. Throws Error.
Manifest read_manifest(os::System& system, const std::string& path);

/// Changes the state in the file at `path`, and flushes it.
void put_state(os::System& system, const std::string& path, State state);

}  // namespace nlafix::commit
