// SPDX-License-Identifier: GPL-2.0-or-later
// The edit: a plan carried out by hivex on a private copy.
// Owns: the copy, the fields that hivex leaves wrong (key times, sequence numbers, checksum).
// Never: sees an original, or trusts what hivex made (src/verify does not either).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "nla/plan.h"
#include "os/scratch_file.h"
#include "os/system.h"
#include "recovery/clean_hive.h"
#include "regf/cell_set.h"

namespace nlafix::hivex {

/// What came out. It cannot be stored: only verify::verify makes something that can.
struct EditedImage {
    Bytes bytes;
    std::uint64_t edit_time = 0;             // FILETIME, the last-written time of the edited keys
    std::vector<std::string> confined = {};  // words for what confined hivex
};

/// Makes a private file where the system has no place of its own for one.
using MakeScratch = std::function<os::ScratchFile()>;

/// `hive` with `plan` carried out; `shared` as in require_no_hazard. Both sequence numbers become
/// the highest one + 2; beside old-format logs the timestamps of base block and first bin become
/// `edit_time`. The private copy comes from `system`, or from `elsewhere` where that has no place
/// for it. Throws Error (unsafe_sibling, hivex_refused, parser_stopped, io_error).
EditedImage edit_image(const recovery::CleanHive& hive, const nla::Plan& plan,
                       const regf::CellSet& shared, std::uint64_t edit_time, os::System& system,
                       const MakeScratch& elsewhere = {});

}  // namespace nlafix::hivex
