// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/leaving.h"

#include <condition_variable>
#include <cstdlib>
#include <mutex>

namespace nlafix::os {
namespace {

struct State {
    std::mutex mutex;
    std::condition_variable never;
    unsigned unfinished = 0;
    bool leaving = false;
};

State& state() {
    static State the_state;
    return the_state;
}

}  // namespace

MustFinish::MustFinish() {
    std::unique_lock<std::mutex> lock(state().mutex);
    state().never.wait(lock, [] { return !state().leaving; });
    ++state().unfinished;
}

MustFinish::~MustFinish() {
    const std::lock_guard<std::mutex> lock(state().mutex);
    --state().unfinished;
}

bool may_leave() {
    const std::lock_guard<std::mutex> lock(state().mutex);
    if (state().unfinished == 0) state().leaving = true;
    return state().leaving;
}

void leave(int status) {
    std::_Exit(status);
}

}  // namespace nlafix::os
