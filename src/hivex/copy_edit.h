// SPDX-License-Identifier: GPL-2.0-or-later
// What hivex does to a private copy, in a confined process where there are any.
// Owns: the limits of that process, and the words for what went wrong in hivex.
// Never: makes the copy, or reads it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nla/plan.h"
#include "os/scratch_file.h"

namespace nlafix::hivex {

/// Carries out `edits`, at least one, in `copy`, which has `bytes`: hivex holds all of it in memory
/// before it writes it anew. When this returns, nobody else can write to the copy any more. Returns
/// the words for what confined hivex, none where the system has nothing of that kind.
/// Throws Error (hivex_refused, parser_stopped, io_error).
std::vector<std::string> edit_copy(os::System& system, os::ScratchFile& copy, std::uint64_t bytes,
                                   const std::vector<nla::PlannedEdit>& edits);

}  // namespace nlafix::hivex
