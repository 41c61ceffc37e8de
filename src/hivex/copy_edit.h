// SPDX-License-Identifier: GPL-2.0-or-later
// What hivex does: from one private copy to another, in a confined process where there are any.
// Owns: the limits of that process, and the words for what went wrong in hivex.
// Never: makes the copies, or reads them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nla/plan.h"
#include "os/scratch_file.h"

namespace nlafix::hivex {

/// hivex reads `input`, of `input_bytes`, and writes `output`.
struct Copies {
    os::ScratchFile& input;
    os::ScratchFile& output;
    std::uint64_t input_bytes = 0;
};

/// Carries out `edits`, at least one. When it returns, nobody else can write to the output any
/// more. Returns the words for what confined hivex, none where the system has nothing of that kind.
/// Throws Error (hivex_refused, parser_stopped, io_error).
std::vector<std::string> edit_copy(os::System& system, const Copies& copies,
                                   const std::vector<nla::PlannedEdit>& edits);

}  // namespace nlafix::hivex
