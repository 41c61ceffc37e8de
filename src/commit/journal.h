// SPDX-License-Identifier: GPL-2.0-or-later
// The manifest of one fix, beside its backup: what was written, and what it replaced.
// Owns: its JSON form ("nlafix.manifest/2", docs/backup-format.md), and what may stand in it.
// Never: decides what to do with a hive; believes a number before it was checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/epoch.h"
#include "commit/fingerprint.h"
#include "disk/block_device.h"
#include "os/system.h"

namespace nlafix::commit {

/// How far the write that a manifest belongs to has come.
enum class State {
    prepared,  // nothing was written yet, or the hive was replaced in one step and that is all
    writing,   // the hive is being written: a cut may leave it half done
    written,   // done and confirmed
    undoing,   // the hive is being put back, and a cut may leave it half done
    logging,   // it is written or put back with the log first: a cut leaves a whole hive
    undone     // put back and confirmed
};

/// "prepared", as a manifest has it.
std::string_view word_of(State state);

/// One of the files of a write, by FileIndex: the hive, then the logs beside it.
struct JournalFile {
    std::string name;  // in the hive's folder; of the hive empty, for the target names it
    Fingerprint before;
    Fingerprint after;
};

std::vector<std::string> names_of_logs(const std::vector<JournalFile>& files);

/// Where on a disk or image the hive lies.
struct DiskRecord {
    std::string format;  // of the image: "raw", "qcow2", ...; "nbd" for a server
    std::uint64_t size_bytes = 0;
    std::uint32_t partition = 0;  // 0: the disk is one volume
    disk::DiskRange volume;
    std::string volume_id;  // the NTFS volume's serial number
    std::string hive;       // its path in the volume
};

struct Journal {
    State state = State::prepared;
    std::string created;  // UTC, "2026-11-22T10:52:07Z"
    /// The hive or disk: a bare name beside the manifest, else an absolute path, or a URI.
    std::string target;
    Way way = Way::replace;
    std::vector<JournalFile> files;  // at least the hive
    std::vector<Epoch> epochs;       // with what they replaced
    std::vector<std::string> edits;  // for a reader: "ControlSet001\Control\Lsa: ..."
    std::optional<DiskRecord> disk;  // where `target` is a disk or image; `epochs` are those of it
    /// Of a fix on a disk that wrote no log: what it changed in the hive, for a volume that is
    /// mounted since.
    std::vector<Epoch> hive_epochs;

    const Fingerprint& before() const { return files.front().before; }
    const Fingerprint& after() const { return files.front().after; }
};

/// JSON text of `journal`. The state stands in its first 512 bytes, in a field of fixed width, so
/// that it can be changed by a write that no disk tears.
std::string to_json(const Journal& journal);

/// Throws Error(malformed_backup). Takes memory for a few times the length of `text`, whatever is
/// in it.
Journal parse_journal(std::string_view text);

/// The state in the first bytes of a manifest; State::prepared where there is none, as a manifest
/// that says "writing" was whole on the disk before that was written. A word that is none of ours
/// is one state half written over another: State::writing, for the hive may be cut.
State state_in_head(std::string_view head);
inline constexpr std::size_t manifest_head_bytes = 512;

/// Reads the manifest at `path`: a regular file, no link, no longer than a fix of a hive of
/// `hive_bytes` makes one. Throws Error.
Journal read_journal(os::System& system, const std::string& path, std::uint64_t hive_bytes);

/// Changes the state in the manifest at `path`, and flushes it.
void put_state(os::System& system, const std::string& path, State state);

}  // namespace nlafix::commit
