// SPDX-License-Identifier: GPL-2.0-or-later
// The way back: the epochs of a fix that were begun, in reverse; or the original file in the place
// of one that was replaced.
// Owns: the checks that a backup, its manifest and what is there belong together.
// Never: trusts a manifest, which may come from a hostile disk.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "commit/backup.h"
#include "commit/commit.h"
#include "os/paths.h"

namespace nlafix::commit {

/// A backup that was read and found whole.
struct LoadedBackup {
    os::HeldFolder folder;  // that both lie in
    BackupPaths paths;
    Journal journal = {};
    Bytes before = {};  // the original hive
};

/// Reads copy and manifest. Throws Error(malformed_backup) unless they belong together.
LoadedBackup load_backup(os::System& system, const std::string& copy_or_manifest);

/// The backup that `path` is the copy or the manifest of. Nothing unless a fix could have given it
/// that name and the two belong together: what somebody put beside a hive hides nothing.
std::optional<LoadedBackup> backup_at(os::System& system, const std::string& path);

/// Path of the hive or image that the manifest names, which may not be a link. Throws
/// Error(no_such_file), Error(malformed_backup), Error(link_leads_out).
std::string target_of(os::System& system, const LoadedBackup& backup);

/// Throws Error(untrusted_backup) where the manifest names a target outside its own folder and
/// somebody else may have written it (os::is_private): the user has to say what is to be written.
void require_trusted(os::System& system, const LoadedBackup& backup);

/// That something else wrote to `path` since the fix.
[[noreturn]] void throw_changed_since(const std::string& path, const LoadedBackup& backup);

/// What an undo asks of those who know where the hive lies. Each throws Error for a no.
struct UndoOptions {
    std::function<bool()> was_interrupted = {};
    bool dry_run = false;  // everything but the write
    /// Called with the epochs that lead back, before the first write: seen in memory, they must
    /// give the hive of the backup, and nothing but what a fix of this hive writes.
    std::function<void(const std::vector<Epoch>&)> require_way_back = {};
    /// Called where the fix is there as a whole.
    std::function<void()> require_writable = {};
    std::function<void()> confirm = {};  // what was put back, read by a way of its own
};

struct UndoResult {
    bool changed = false;  // false: all was the original already; of a dry run: it would be
    Way way = Way::in_place;
    Effort effort;
    std::vector<std::string> warnings;
};

/// Puts back what the fix of `backup` replaced on `target`, which is locked; `epochs` are those of
/// the journal that belong to its medium. Throws Error(hive_changed) when what is there is neither
/// what the fix wrote, nor the original, nor a write between the two that was cut;
/// Error(interrupted) before the first write; Error(unconfirmed_write) once a byte may have
/// changed.
UndoResult undo(const Target& target, const LoadedBackup& backup, const std::vector<Epoch>& epochs,
                const UndoOptions& options);

}  // namespace nlafix::commit
