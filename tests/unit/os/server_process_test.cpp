// SPDX-License-Identifier: GPL-2.0-or-later
// System::start_server, wait and stop on this machine.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "os/file.h"
#include "os/system.h"
#include "run_program.h"
#include "temp_folder.h"
#include "thrown.h"

using namespace nlafix;

namespace {

struct Started {
    int result = 0;
    os::Server server;
    int status = -1;

    using Files = std::optional<std::vector<os::ConfinedFile>>;

    explicit Started(const std::string& script, os::Handle errors = -1, Files files = {}) {
        result = os::real_system().start_server({{"sh", "-c", script}, errors, std::move(files)},
                                                server);
    }
    ~Started() {
        if (server.connection >= 0) ::close(server.connection);
        os::real_system().stop(server.child, true);
        os::real_system().wait(server.child, 10'000, status);
    }
    int wait(std::uint32_t timeout_ms) {
        return os::real_system().wait(server.child, timeout_ms, status);
    }
};

os::File new_file(const std::string& path) {
    os::OpenOptions options;
    options.write = true;
    options.create_new = true;
    return os::File::open(os::real_system(), path, options);
}

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
    CHECK(os::real_system().stop(running.server.child, false) == 0);
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
    os::System& system = os::real_system();
    os::Server server;
    for (const Started::Files& files : {Started::Files(), Started::Files({})}) {
        CHECK(system.start_server({{folder / "absent"}, -1, files}, server) == ENOENT);
        CHECK(system.start_server({{text}, -1, files}, server) == EACCES);
        CHECK(system.start_server({{}, -1, files}, server) == EINVAL);
    }
    CHECK(server.connection == -1);
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
    const os::File errors = new_file(folder / "errors");
    Started server("echo out; echo reason >&2", errors.handle());
    REQUIRE(server.result == 0);
    char byte = 0;
    // Nobody has taken the connection: when the last one who could is gone it is reset.
    CHECK(::read(server.server.connection, &byte, 1) <= 0);
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

TEST_CASE("A server opens its files and the programs of the system, and nothing else") {
    const test::TempFolder folder;
    const std::string read = folder.write_text("read", "is read\n");
    const std::string named = folder.write_text("named", "is named\n");
    const std::string written = folder.write_text("written", "before\n");
    const std::string other = folder.write_text("other", "secret\n");
    const os::File errors = new_file(folder / "errors");
    const os::File handed = os::File::open(os::real_system(), read, {});
    // Each command is told by what it prints, or fails to.
    const std::string script = "cat " + read + " " + named + " >&2; echo x >>" + read +
                               "; echo x >>" + named + "; echo after >" + written + "; cat " +
                               other + " >&2; echo x >" + (folder / "new") +
                               "; cat /etc/passwd >&2; sh -c 'echo child; cat " + other + "' >&2";
    Started server(script, errors.handle(),
                   {{{handed.handle(), read, false},
                     {-1, named, false},
                     {-1, written, true},
                     {-1, folder / "absent", true}}});
    REQUIRE(server.result == 0);
    CHECK(server.wait(10'000) == 0);
    const bool has_landlock = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, 1U) > 0;
    CHECK(server.server.walls.landlock == has_landlock);
    CHECK_FALSE(server.server.walls.seccomp);
    const std::string said = test::read_text(folder / "errors");
    CAPTURE(said);
    CHECK(said.starts_with("is read\nis named\n"));
    CHECK(test::contains(said, "child\n"));
    CHECK(test::read_text(written) == "after\n");
    CHECK(test::contains(said, "secret") == !has_landlock);
    CHECK(test::contains(said, "root:") == !has_landlock);
    CHECK((test::read_text(read) == "is read\n") == has_landlock);
    CHECK((test::read_text(named) == "is named\n") == has_landlock);
    CHECK(std::filesystem::exists(folder / "new") == !has_landlock);
}

TEST_CASE("An exchanged name does not lead a server to another file than the one at hand") {
    if (::syscall(SYS_landlock_create_ruleset, nullptr, 0, 1U) <= 0) return;
    const test::TempFolder folder;
    const std::string image = folder.write_text("image", "image\n");
    const os::File handed = os::File::open(os::real_system(), image, {});
    std::filesystem::rename(image, folder / "moved");
    std::filesystem::rename(folder.write_text("other", "secret\n"), image);
    const os::File errors = new_file(folder / "errors");
    Started server("cat " + image + " >&2; cat " + (folder / "moved") + " >&2", errors.handle(),
                   {{{handed.handle(), image, false}}});
    CHECK(server.wait(10'000) == 0);
    CHECK(server.server.walls.landlock);
    CHECK_FALSE(test::contains(test::read_text(folder / "errors"), "secret"));
    CHECK(test::contains(test::read_text(folder / "errors"), "image\n"));
}
