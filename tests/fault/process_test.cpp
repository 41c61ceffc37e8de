// SPDX-License-Identifier: GPL-2.0-or-later
// Real processes on a real folder: killed at every call, two at once, signalled.
#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>

#include "cli/exit_status.h"
#include "commit/record.h"
#include "fault_system.h"
#include "os/paths.h"
#include "scenario.h"
#include "temp_folder.h"

using namespace nlafix;
using namespace nlafix::test;

namespace {

/// The real system with a clock that stands still, so that every fix makes the same hive.
class StillSystem : public FaultSystem {
public:
    explicit StillSystem(const std::string& type) : FaultSystem(os::real_system(), {}) {
        file_system_type = type;
        really_flush = false;
    }
    std::uint64_t now() override { return MemorySystem::fixed_now; }
};

struct Place {
    Bytes before = small_hive(Room::must_grow);
    TempFolder folder;
    std::string hive;

    Place() : hive(folder.write("SYSTEM", before)) {}
    std::vector<std::string> names() const {
        return os::names_in(os::real_system(), folder.path());
    }
};

app::Report run_on(os::System& system, app::Command command, const std::string& target) {
    app::Session session(system, [] { return false; });
    return session.run(command, target, {});
}

Bytes fixed_hive(const std::string& type) {
    const Place place;
    StillSystem system(type);
    REQUIRE(run_on(system, app::Command::fix, place.hive).outcome == app::Outcome::fixed);
    return read_file(place.hive);
}

bool says_interrupted(const app::Report& report) {
    return report.error && report.error->code() == ErrorCode::interrupted_write;
}

std::string manifest_in(const Place& place) {
    for (const std::string& name : place.names()) {
        if (name.ends_with(".json")) {
            return place.folder / name;
        }
    }
    return {};
}

/// The invariant, asked of the real system. Says which of the three it found.
enum class Found { old_hive, new_hive, interrupted, broken };

Found look_at(const Place& place, const std::string& type, const Bytes& after) {
    StillSystem system(type);
    const app::Report check = run_on(system, app::Command::check, place.hive);
    if (says_interrupted(check)) {
        const bool refused = says_interrupted(run_on(system, app::Command::fix, place.hive));
        const app::Report undone = run_on(system, app::Command::undo, manifest_in(place));
        const bool restored =
            undone.outcome == app::Outcome::restored && read_file(place.hive) == place.before;
        return refused && restored ? Found::interrupted : Found::broken;
    }
    const Bytes hive = read_file(place.hive);
    if (hive == place.before) {
        const app::Report fix = run_on(system, app::Command::fix, place.hive);
        return fix.outcome == app::Outcome::fixed ? Found::old_hive : Found::broken;
    }
    return hive == after ? Found::new_hive : Found::broken;
}

/// Runs the fix in a child that kills itself in front of call `nth`. True if it came that far.
bool is_killed_at(std::uint64_t nth, const Place& place, const std::string& type) {
    std::fflush(nullptr);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        StillSystem system(type);
        system.before_call = [nth](std::uint64_t call) {
            if (call == nth) {
                static_cast<void>(::raise(SIGKILL));
            }
        };
        const app::Report report = run_on(system, app::Command::fix, place.hive);
        ::_exit(report.outcome == app::Outcome::fixed ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    if (WIFSIGNALED(status)) {
        REQUIRE(WTERMSIG(status) == SIGKILL);
        return true;
    }
    REQUIRE(WEXITSTATUS(status) == 0);
    return false;
}

/// Says when a folder was flushed, and goes on when it is told.
class WaitingSystem : public StillSystem {
public:
    WaitingSystem(const std::string& type, int says, int told)
        : StillSystem(type), says_(says), told_(told) {}
    // Behind a rename this is the flush of the folder: the new file has the name.
    int flush_folder(const std::string& path) override {
        const int result = StillSystem::flush_folder(path);
        char byte = 0;
        if (::write(says_, &byte, 1) != 1 || ::read(told_, &byte, 1) != 1) {
            ::_exit(2);
        }
        return result;
    }

private:
    int says_;
    int told_;
};

constexpr std::array<const char*, 2> both_ways = {"ext4", "fuseblk"};

}  // namespace

TEST_CASE("a process killed at any call leaves the old hive, the new one, or a known cut write") {
    for (const char* type : both_ways) {
        CAPTURE(type);
        const Bytes after = fixed_hive(type);
        std::array<std::size_t, 4> found = {};
        std::uint64_t nth = 1;
        for (;; ++nth) {
            const Place place;
            const bool killed = is_killed_at(nth, place, type);
            const Found what = look_at(place, type, after);
            CAPTURE(nth);
            CHECK(what != Found::broken);
            ++found[static_cast<std::size_t>(what)];
            if (!killed) {
                CHECK(what == Found::new_hive);
                break;
            }
        }
        CHECK(found[0] > 10);
        CHECK(found[1] > 3);
        // A rename leaves nothing in between.
        CHECK((found[2] > 0) == (std::string(type) == "fuseblk"));
        fmt::print("kills: {}: {} ({} old, {} new, {} cut and undone)\n", type, nth - 1, found[0],
                   found[1], found[2]);
    }
}

TEST_CASE("a fault on a real folder leaves the hive as it was, or new, or known to be cut") {
    for (const char* type : both_ways) {
        CAPTURE(type);
        const Bytes after = fixed_hive(type);
        std::uint64_t nth = 1;
        for (bool struck = true; struck; ++nth) {
            const Place place;
            FaultSystem system(os::real_system(), {Fault::Kind::error, EIO, nth});
            system.file_system_type = type;
            system.really_flush = false;
            const app::Report report = run_on(system, app::Command::fix, place.hive);
            CAPTURE(nth);
            if (report.error && report.error->code() != ErrorCode::unconfirmed_write) {
                CHECK(place.names() == std::vector<std::string>{"SYSTEM"});
                CHECK(read_file(place.hive) == place.before);
            }
            // The clock of this one runs, so a new hive is known by what check says.
            StillSystem clean(type);
            const app::Report check = run_on(clean, app::Command::check, place.hive);
            const bool is_whole = check.outcome == app::Outcome::nothing_to_do ||
                                  check.outcome == app::Outcome::change_needed;
            CHECK((is_whole || look_at(place, type, after) == Found::interrupted));
            struck = system.struck();
        }
        fmt::print("faults on a real folder: {}: {}\n", type, nth - 2);
    }
}

TEST_CASE("a second process on the same hive is refused while the first one writes") {
    for (const char* type : both_ways) {
        CAPTURE(type);
        const Place place;
        // The child says when it is about to write, and goes on when it is told.
        std::array<int, 2> says = {};
        std::array<int, 2> told = {};
        REQUIRE(::pipe(says.data()) == 0);
        REQUIRE(::pipe(told.data()) == 0);
        std::fflush(nullptr);
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            static_cast<void>(::close(says[0]));
            static_cast<void>(::close(told[1]));
            WaitingSystem system(type, says[1], told[0]);
            const app::Report report = run_on(system, app::Command::fix, place.hive);
            ::_exit(report.outcome == app::Outcome::fixed ? 0 : 1);
        }
        static_cast<void>(::close(says[1]));
        static_cast<void>(::close(told[0]));
        std::size_t stops = 0;
        char byte = 0;
        while (::read(says[0], &byte, 1) == 1) {
            ++stops;
            StillSystem system(type);
            const app::Report second = run_on(system, app::Command::fix, place.hive);
            if (stops == 1) {
                REQUIRE(second.error);
                CHECK(second.error->code() == ErrorCode::in_use);
            } else {
                // Behind the rename it reads the new hive, and has nothing to open for writing.
                CHECK(second.outcome == app::Outcome::nothing_to_do);
            }
            CHECK_FALSE(second.changed);
            REQUIRE(::write(told[1], &byte, 1) == 1);
        }
        static_cast<void>(::close(says[0]));
        static_cast<void>(::close(told[1]));
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status));
        CHECK(WEXITSTATUS(status) == 0);
        // The backup's folder, and behind a rename the hive's.
        CHECK(stops == (std::string(type) == "ext4" ? 2 : 1));
        StillSystem system(type);
        CHECK(run_on(system, app::Command::fix, place.hive).outcome == app::Outcome::nothing_to_do);
        fmt::print("two processes: {}: refused {} times\n", type, stops);
    }
}

TEST_CASE("a signal before the first write ends the fix with nothing left behind") {
    for (const char* type : both_ways) {
        CAPTURE(type);
        const Place place;
        StillSystem system(type);
        app::Session session(system, [] { return true; });
        const app::Report report = session.run(app::Command::fix, place.hive, {});
        REQUIRE(report.error);
        CHECK(report.error->code() == ErrorCode::interrupted);
        CHECK(cli::exit_status_of(report) == cli::status_interrupted);
        CHECK_FALSE(report.changed);
        CHECK(place.names() == std::vector<std::string>{"SYSTEM"});
        CHECK(read_file(place.hive) == place.before);
    }
}

TEST_CASE("a signal during the write lets it be finished") {
    for (const char* type : both_ways) {
        CAPTURE(type);
        const Bytes after = fixed_hive(type);
        const Place place;
        StillSystem system(type);
        system.watched_path = place.hive;
        std::size_t asked = 0;
        app::Session session(system, [&] {
            ++asked;
            return system.touched;
        });
        const app::Report report = session.run(app::Command::fix, place.hive, {});
        CHECK(report.outcome == app::Outcome::fixed);
        CHECK(read_file(place.hive) == after);
        CHECK(asked > 0);
        CHECK(system.touched);
    }
}
