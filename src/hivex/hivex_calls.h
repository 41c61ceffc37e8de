// SPDX-License-Identifier: GPL-2.0-or-later
// The calls of hivex that make an edit.
// Owns: their order, and which of them failed. Plain numbers, so that they can come from a confined
//   process, which is not believed.
// Never: throws; makes words of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "nla/plan.h"

namespace nlafix::hivex {

enum class Step : std::uint32_t {
    done,
    open,
    root,
    child,
    other_key,
    set_value,
    remove_value,
    commit
};

/// How far the calls came.
struct Outcome {
    Step step = Step::done;    // the one that failed
    std::uint32_t edit = 0;    // index of the edit
    std::uint32_t depth = 0;   // of a child: its index in the path
    std::uint32_t number = 0;  // errno; 0: hivex gives no reason
};

/// Opens the file `copy`, carries out `edits`, commits to the same file.
Outcome make_calls(const std::string& copy, const std::vector<nla::PlannedEdit>& edits);

}  // namespace nlafix::hivex
