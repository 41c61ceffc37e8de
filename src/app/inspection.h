// SPDX-License-Identifier: GPL-2.0-or-later
// The read-only half of every command: from the bytes of a hive to a plan.
#pragma once

#include <optional>

#include "app/hive_place.h"
#include "app/options.h"
#include "app/report.h"
#include "recovery/clean_hive.h"
#include "regf/cell_set.h"
#include "source/read_hive.h"

namespace nlafix::app {

/// A clean, sound hive with its plan. The files must outlive it.
struct Inspection {
    recovery::CleanHive hive;
    nla::Plan plan;
    regf::CellSet shared_cells;  // of the hive (regf/structure.h)
};

/// A hive that lacks nothing that its logs hold; the rest of it may be damaged.
struct Recovered {
    recovery::Recovery recovery;  // with a hive, or with a damaged image
    ByteView image;
    std::optional<Error> damage;
};

/// The hive in `files`, recovered from its logs if it is dirty, and judged; fills `report` with
/// what it is. Throws Error where its logs cannot complete it. `files` must outlive the result.
Recovered recover(const source::HiveFiles& files, Report& report);

/// The hive at `place` and its logs. Of a Windows whose SYSTEM is no hive any more the error says
/// that, and which copies there are.
source::HiveFiles read_hive_at(HivePlace& place, const Report& report);

/// Fills `report` with what the hive is and what it holds. `place` gives the other hives and
/// the files of the same Windows, where they are at hand; whatever is wrong with them is a warning.
/// `now` is a FILETIME.
/// Throws Error when it cannot be recovered, is damaged, or the plan meets an obstacle; what could
/// be read is in the report then, too.
Inspection inspect(const source::HiveFiles& files, HivePlace& place, const Options& options,
                   std::uint64_t now, Report& report);

}  // namespace nlafix::app
