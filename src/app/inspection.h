// SPDX-License-Identifier: GPL-2.0-or-later
// The read-only half of every command: from the bytes of a hive to a plan.
#pragma once

#include <optional>

#include "app/report.h"
#include "recovery/clean_hive.h"
#include "source/read_hive.h"

namespace nlafix::app {

/// A clean, sound hive with its plan. The files must outlive it.
struct Inspection {
    recovery::CleanHive hive;
    nla::Plan plan;
};

/// Fills `report` with what the hive is and what it holds. Throws Error when it is dirty, damaged,
/// or the plan meets an obstacle; what could be read is in the report then, too.
Inspection inspect(const source::HiveFiles& files, const system::Choice& control_sets,
                   bool create_missing, Report& report);

}  // namespace nlafix::app
