// SPDX-License-Identifier: GPL-2.0-or-later
// The way back of a fix on a disk.
#pragma once

#include <functional>

#include "app/options.h"
#include "app/report.h"
#include "commit/undo.h"
#include "os/system.h"

namespace nlafix::app {

/// True when the disk way of undo is meant: the backup is one of a disk, and the target is one.
bool is_undo_of_disk(os::System& system, const commit::LoadedBackup& backup,
                     const Options& options);

/// Puts back what a fix replaced on a disk, block by block, and fills in the report. Throws Error:
/// what disk::open_disk throws; hive_changed for another disk, or one that was written since.
void undo_on_disk(os::System& system, const commit::LoadedBackup& backup, const Options& options,
                  const std::function<bool()>& was_interrupted, Report& report);

}  // namespace nlafix::app
