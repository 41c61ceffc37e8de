// SPDX-License-Identifier: GPL-2.0-or-later
// Several TARGETs, some of them at once.
// Owns: the threads, and the order of the reports, which is that of the TARGETs.
// Never: knows what is done with one.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "app/report.h"

namespace nlafix::app {

/// What is done with the TARGET of an index; nothing where it is not begun any more, and neither is
/// any behind it. With more than one job it is called by several threads at once.
using Work = std::function<std::optional<Report>(std::size_t index)>;

/// Does `work` for 0 to `count` - 1, `jobs` of them at a time, and gives the reports to `take` in
/// the order of the indices, each as soon as it and all before it are there; before it waits for
/// one, `await` is called. It ends with the first that gives nothing. With one job everything
/// happens in the caller's thread.
void run_batch(std::size_t count, std::size_t jobs, const Work& work,
               const std::function<void(std::size_t index)>& await,
               const std::function<void(const Report&)>& take);

}  // namespace nlafix::app
