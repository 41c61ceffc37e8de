// SPDX-License-Identifier: GPL-2.0-or-later
#include <atomic>
#include <csignal>
#include <initializer_list>

#include "os/signals.h"

namespace nlafix::os {
namespace {

std::atomic<bool> interrupted{false};
sigset_t noted;  // the signals that set it
static_assert(std::atomic<bool>::is_always_lock_free);

void note_signal(int) {
    interrupted.store(true);
}

}  // namespace

void install_signal_handlers() {
    sigemptyset(&noted);
    struct sigaction note = {};
    note.sa_handler = note_signal;
    // Without SA_RESTART a call may fail with EINTR; os::must calls again.
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction before = {};
        // A shell's nohup or a background job ignores signals on purpose; that stays so.
        if (::sigaction(number, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
        if (::sigaction(number, &note, nullptr) == 0) sigaddset(&noted, number);
    }
    struct sigaction ignore = {};
    ignore.sa_handler = SIG_IGN;
    // A closed pipe and a file that reaches its limit (ulimit -f) are errors of the call, EPIPE and
    // EFBIG.
    static_cast<void>(::sigaction(SIGPIPE, &ignore, nullptr));
    static_cast<void>(::sigaction(SIGXFSZ, &ignore, nullptr));
}

bool was_interrupted() {
    if (interrupted.load()) return true;
    // Of those that are blocked, which they are in a thread that watches.
    sigset_t waiting;
    if (::sigpending(&waiting) != 0) return false;
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        if (sigismember(&noted, number) == 1 && sigismember(&waiting, number) == 1) return true;
    }
    return false;
}

void watch_signals_in_this_thread() {
    static_cast<void>(::pthread_sigmask(SIG_BLOCK, &noted, nullptr));
}

}  // namespace nlafix::os
