// SPDX-License-Identifier: GPL-2.0-or-later
// What a user may choose.
#pragma once

#include <string>

#include "recovery/clean_hive.h"
#include "system/control_sets.h"

namespace nlafix::app {

struct Options {
    system::Choice control_sets;
    bool dry_run = false;
    bool create_missing = false;
    recovery::LogPolicy logs = recovery::LogPolicy::apply;
    std::string backup_folder;  // empty: beside the hive
    std::string undo_target;    // empty: what the manifest names
    std::string output;         // of recover
};

}  // namespace nlafix::app
