// SPDX-License-Identifier: GPL-2.0-or-later
// The process that forks confined ones.
// Owns: the connection to it. It is forked from this program while that has one thread, so that its
//   children may do what a new process may; and it is small, so that to fork it again costs little.
// Never: knows what they do. It ends when nobody holds the connection any more, and they with it.
#pragma once

#include <mutex>

#include "os/system.h"

namespace nlafix::os {

/// Methods return 0 or an errno value. May be used by several threads, and by processes that were
/// forked from this one.
class ConfinementServer {
public:
    /// Forks it, once.
    int start();
    int start_child(const ConfinedJob& job, ConfinedChild& child);

private:
    std::mutex mutex_;
    int control_ = -1;
};

/// Waits for the end of the process that the socket `end` belongs to.
int receive_end(int end, ConfinedEnd& how);

}  // namespace nlafix::os
