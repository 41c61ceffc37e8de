// SPDX-License-Identifier: GPL-2.0-or-later
#include <windows.h>

#include <atomic>

#include "os/signals.h"

namespace nlafix::os {
namespace {

std::atomic<bool> interrupted{false};

/// On a thread of its own.
BOOL WINAPI note_event(DWORD event) {
    interrupted.store(true);
    // After a closed window, and at the end of a session, Windows ends the program when this
    // returns, and some seconds later anyway: until then what was begun is finished.
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT) Sleep(INFINITE);
    return TRUE;
}

}  // namespace

void install_signal_handlers() {
    static_cast<void>(SetConsoleCtrlHandler(note_event, TRUE));
}

bool was_interrupted() {
    return interrupted.load();
}

void watch_signals_in_this_thread() {
    // The handler has a thread of its own.
}

}  // namespace nlafix::os
