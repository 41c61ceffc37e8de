// SPDX-License-Identifier: GPL-2.0-or-later
#include <windows.h>

#include <atomic>

#include "os/signals.h"

namespace nlafix::os {
namespace {

std::atomic<bool> interrupted{false};

BOOL WINAPI note_event(DWORD) {
    // Ctrl-C, Ctrl-Break, a closed window, the end of a session: on a thread of its own. Windows
    // gives the program some seconds where it would end it anyway.
    interrupted.store(true);
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
