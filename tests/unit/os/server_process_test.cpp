// SPDX-License-Identifier: GPL-2.0-or-later
// System::start_server, wait and stop on this machine.
#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>

#include "os/file.h"
#include "os/system.h"
#include "run_program.h"
#include "temp_folder.h"

using namespace nlafix;

namespace {

struct Started {
    int result = 0;
    os::Child child;
    os::Handle connection = -1;
    int status = -1;

    explicit Started(const std::string& script, os::Handle errors = -1) {
        result = os::real_system().start_server({"sh", "-c", script}, errors, child, connection);
    }
    ~Started() {
        if (connection >= 0) ::close(connection);
        os::real_system().stop(child, true);
        os::real_system().wait(child, 10'000, status);
    }
    int wait(std::uint32_t timeout_ms) { return os::real_system().wait(child, timeout_ms, status); }
};

}  // namespace

TEST_CASE("A server's exit status and the signal that ended it are told apart") {
    Started exited("exit 7");
    CHECK(exited.wait(10'000) == 0);
    CHECK(exited.status == 7);
    Started killed("kill -9 $$");
    CHECK(killed.wait(10'000) == 0);
    CHECK(killed.status == 128 + SIGKILL);
}

TEST_CASE("Waiting for a server that runs ends when the time is over, and it can be stopped") {
    Started running("exec sleep 1000");
    const auto begin = std::chrono::steady_clock::now();
    CHECK(running.wait(100) == ETIMEDOUT);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
    CHECK(os::real_system().stop(running.child, false) == 0);
    CHECK(running.wait(10'000) == 0);
    CHECK(running.status == 128 + SIGTERM);
    // It is gone: there is nothing to wait for, and no other process gets its signals.
    CHECK(running.wait(0) == ECHILD);
    CHECK(os::real_system().stop({}, true) == ESRCH);
}

TEST_CASE(
    "A program that is not there, or is none, is an error of the start, and leaves no process") {
    const test::TempFolder folder;
    const std::string text = folder.write_text("text", "no program");
    os::Child child;
    os::Handle connection = -1;
    os::System& system = os::real_system();
    CHECK(system.start_server({folder / "absent"}, -1, child, connection) == ENOENT);
    CHECK(system.start_server({text}, -1, child, connection) == EACCES);
    CHECK(system.start_server({}, -1, child, connection) == EINVAL);
    CHECK(connection == -1);
    CHECK(test::children().empty());
}

TEST_CASE("Where TMPDIR takes no socket another folder does, and nothing is left in either") {
    const test::TempFolder folder;
    const std::string deep = folder.make_folder(std::string(90, 'd'));
    for (const std::string& temporary : {deep, folder / "absent"}) {
        CAPTURE(temporary);
        ::setenv("TMPDIR", temporary.c_str(), 1);
        Started server("exit 0");
        ::unsetenv("TMPDIR");
        CHECK(server.result == 0);
    }
    CHECK(std::filesystem::is_empty(deep));
}

TEST_CASE("What a server writes to its error stream is kept, and its end closes the connection") {
    const test::TempFolder folder;
    os::OpenOptions options;
    options.write = true;
    options.create_new = true;
    const os::File errors = os::File::open(os::real_system(), folder / "errors", options);
    Started server("echo out; echo reason >&2", errors.handle());
    REQUIRE(server.result == 0);
    char byte = 0;
    // Nobody has taken the connection: when the last one who could is gone it is reset.
    CHECK(::read(server.connection, &byte, 1) <= 0);
    CHECK(server.wait(10'000) == 0);
    CHECK(test::read_text(folder / "errors") == "reason\n");
}

TEST_CASE("A server has no signals blocked or ignored that should end it") {
    ::signal(SIGPIPE, SIG_IGN);
    sigset_t blocked, before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    REQUIRE(::sigprocmask(SIG_BLOCK, &blocked, &before) == 0);
    const test::TempFolder folder;
    Started server("grep -E '^Sig(Blk|Ign)' /proc/self/status >" + folder / "signals");
    CHECK(::sigprocmask(SIG_SETMASK, &before, nullptr) == 0);
    ::signal(SIGPIPE, SIG_DFL);
    CHECK(server.wait(10'000) == 0);
    std::istringstream lines(test::read_text(folder / "signals"));
    std::size_t count = 0;
    for (std::string name, bits; lines >> name >> bits; ++count) {
        CAPTURE(name);
        for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
            CHECK((std::stoull(bits, nullptr, 16) >> (number - 1) & 1) == 0);
        }
    }
    CHECK(count == 2);
}
