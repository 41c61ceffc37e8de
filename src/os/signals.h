// SPDX-License-Identifier: GPL-2.0-or-later
// Signals that end a run: noted, not obeyed at once, so that a write is never cut by us.
#pragma once

namespace nlafix::os {

/// SIGINT, SIGTERM and SIGHUP set the flag of `was_interrupted`; SIGPIPE and SIGXFSZ are ignored.
void install_signal_handlers();

/// True once one of them came.
bool was_interrupted();

/// For a thread that only waits: the signals are left to the others, and `was_interrupted` sees
/// here also one that waits for a thread which sleeps where no handler runs.
void watch_signals_in_this_thread();

}  // namespace nlafix::os
