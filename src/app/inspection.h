// SPDX-License-Identifier: GPL-2.0-or-later
// The read-only half of every command: from the bytes of a hive to a plan.
#pragma once

#include "app/hive_beside.h"
#include "app/options.h"
#include "app/report.h"
#include "recovery/clean_hive.h"
#include "source/read_hive.h"

namespace nlafix::app {

/// A clean, sound hive with its plan. The files must outlive it.
struct Inspection {
    recovery::CleanHive hive;
    nla::Plan plan;
};

/// The hive in `files`, recovered from its logs if it is dirty; fills `report` with what it is.
/// Throws Error where there is no clean hive to be had.
recovery::CleanHive recover(const source::HiveFiles& files, recovery::LogPolicy policy,
                            Report& report);

/// Fills `report` with what the hive is and what it holds. `open_beside` opens the other hives of
/// the same Windows, where they are at hand; whatever is wrong with them is a warning.
/// Throws Error when it cannot be recovered, is damaged, or the plan meets an obstacle; what could
/// be read is in the report then, too.
Inspection inspect(const source::HiveFiles& files, const OpenBeside& open_beside,
                   const Options& options, Report& report);

}  // namespace nlafix::app
