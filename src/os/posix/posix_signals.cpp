// SPDX-License-Identifier: GPL-2.0-or-later
#include <atomic>
#include <csignal>
#include <initializer_list>

#include "os/signals.h"

namespace nlafix::os {
namespace {

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void note_signal(int) {
    interrupted.store(true);
}

}  // namespace

void install_signal_handlers() {
    struct sigaction note = {};
    note.sa_handler = note_signal;
    // Without SA_RESTART a call may fail with EINTR; os::must calls again.
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction before = {};
        // A shell's nohup or a background job ignores signals on purpose; that stays so.
        if (::sigaction(number, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
        static_cast<void>(::sigaction(number, &note, nullptr));
    }
    struct sigaction ignore = {};
    ignore.sa_handler = SIG_IGN;
    static_cast<void>(::sigaction(SIGPIPE, &ignore, nullptr));
}

bool was_interrupted() {
    return interrupted.load();
}

}  // namespace nlafix::os
