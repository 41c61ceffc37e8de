// SPDX-License-Identifier: GPL-2.0-or-later
// Work on something that may never answer, each piece in a process that can be left behind.
// Owns: the processes, their pipes, and the patience with them.
// Never: waits for one longer than it was told to, even where the kernel does not let it be killed.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace nlafix::os {

/// Takes a piece of what one work has found, as soon as it is known.
using Emit = std::function<void(const std::string& piece)>;

struct ApartResult {
    std::vector<std::string> pieces;  // whole ones, in their order
    bool finished = false;            // else it took too long, or ended before its end
};

/// Does `work(i, emit)` for 0 to `count` - 1, up to `at_once` of them at a time. One that is silent
/// for `patience` is given up; what it has emitted until then counts. Must be called while the
/// process has one thread. `was_interrupted` is asked now and then; then all are given up.
std::vector<ApartResult> run_apart(std::size_t count, std::size_t at_once,
                                   std::chrono::milliseconds patience,
                                   const std::function<void(std::size_t, const Emit&)>& work,
                                   const std::function<bool()>& was_interrupted);

}  // namespace nlafix::os
