// SPDX-License-Identifier: GPL-2.0-or-later
// A child that does not outlive its parent.
#pragma once

namespace nlafix::os {

/// In a new process: asks for a SIGTERM when the thread that made it ends. Safe between fork and
/// exec. Where a system cannot do that, the end of the connection has to end a server.
void die_with_parent();

}  // namespace nlafix::os
