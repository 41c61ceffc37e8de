// SPDX-License-Identifier: GPL-2.0-or-later
// A process that is left while a thread of it hangs: each case in a process of its own.
#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <thread>

#include "cli/waiting.h"
#include "os/leaving.h"

using namespace nlafix;

namespace {

constexpr int left = 42;
constexpr int done = 43;

/// The exit status of a process that does `work`.
template <typename Work>
int status_of(Work work) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::alarm(30);  // what hangs after all is a failure, not a test that hangs
        work();
        ::_exit(done);
    }
    int raw = 0;
    REQUIRE(::waitpid(child, &raw, 0) == child);
    return WIFEXITED(raw) ? WEXITSTATUS(raw) : -1;
}

void hang() {
    std::promise<void> never;
    never.get_future().wait();
}

bool always() {
    return true;
}

void leave() {
    os::leave(left);
}

}  // namespace

TEST_CASE("Work that hangs is left once a signal came") {
    const auto work = [] {
        const cli::SignalWatch watch(always, leave);
        hang();
    };
    CHECK(status_of(work) == left);
}

TEST_CASE("A write that is under way is finished, however long it takes") {
    const auto work = [] {
        const cli::SignalWatch watch(always, leave);
        const os::MustFinish must_finish;
        // Twice what work without a write gets.
        std::this_thread::sleep_for(std::chrono::milliseconds(1200));
    };
    CHECK(status_of(work) == done);
}

TEST_CASE("Once a process may be left no write begins") {
    const auto work = [] {
        const bool may_leave = os::may_leave();
        std::promise<void> began;
        std::thread writer([&began] {
            const os::MustFinish must_finish;
            began.set_value();
        });
        const bool has_begun = began.get_future().wait_for(std::chrono::milliseconds(200)) ==
                               std::future_status::ready;
        os::leave(may_leave && !has_begun ? left : done);
    };
    CHECK(status_of(work) == left);
}

TEST_CASE("While something must be finished a process may not be left") {
    const auto work = [] {
        const os::MustFinish outer;
        const os::MustFinish inner;
        if (os::may_leave()) os::leave(left);
    };
    CHECK(status_of(work) == done);
}
