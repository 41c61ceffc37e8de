// SPDX-License-Identifier: GPL-2.0-or-later
// A backup that a restart would take: in memory, as on a live system.
// Owns: what is said of it, and the one case in which nothing is written then.
// Never: chooses another folder.
#pragma once

#include <string>

#include "app/report.h"
#include "os/system.h"

namespace nlafix::app {

/// Fills in `report.backup_in_memory`, and warns of a fix that left its backup there while its
/// TARGET lies on a disk.
void note_backup_place(os::System& system, Report& report);

/// Throws Error(backup_in_memory) where `folder` lies in memory and `target_path` does not. For a
/// plain write in place: there a power cut would take the hive and its only backup together.
void refuse_backup_in_memory(os::System& system, const std::string& folder,
                             const std::string& target_path);

}  // namespace nlafix::app
