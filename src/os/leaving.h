// SPDX-License-Identifier: GPL-2.0-or-later
// Leaving the process while a thread of it may hang in the kernel.
// Owns: the count of what must not be left half done.
// Never: decides when to leave (src/cli does).
#pragma once

namespace nlafix::os {

/// While one exists the process is not left: what was begun is finished, or taken back. Whoever
/// makes one after `may_leave` has said yes waits for the end of the process.
class MustFinish {
public:
    MustFinish();
    MustFinish(const MustFinish&) : MustFinish() {}
    MustFinish& operator=(const MustFinish&) = default;
    ~MustFinish();
};

/// True when nothing must be finished; from then on nothing of that kind begins.
bool may_leave();

/// Ends the process at once: no destructor runs, nothing is flushed, and no thread is waited for.
[[noreturn]] void leave(int status);

}  // namespace nlafix::os
