// SPDX-License-Identifier: GPL-2.0-or-later
// Signals that end a run: noted, not obeyed at once, so that a write is never cut by us.
#pragma once

namespace nlafix::os {

/// SIGINT, SIGTERM and SIGHUP set the flag of `was_interrupted`; SIGPIPE is ignored.
void install_signal_handlers();

/// True once one of them came.
bool was_interrupted();

}  // namespace nlafix::os
