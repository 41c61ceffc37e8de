// SPDX-License-Identifier: GPL-2.0-or-later
// Each call of the system fails in turn, falls short, or is the last one of the process.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <array>
#include <cerrno>

#include "cli/exit_status.h"
#include "commit/record.h"
#include "fault_system.h"
#include "hive_content.h"
#include "os/paths.h"
#include "recovery/bins_range.h"
#include "scenario.h"

using namespace nlafix;
using namespace nlafix::test;

namespace {

using Kind = Fault::Kind;

constexpr std::array<Fault, 15> faults = {{
    {Kind::error, EIO, 0},
    {Kind::error, ENOSPC, 0},
    {Kind::error, EINTR, 0},
    {Kind::error, EACCES, 0},
    {Kind::error, EROFS, 0},
    {Kind::error, EDQUOT, 0},
    {Kind::lasting_error, EIO, 0},
    {Kind::lasting_readonly, EROFS, 0},
    {Kind::half_then_error, ENOSPC, 0},
    {Kind::half_then_error, EIO, 0},
    {Kind::half_transfer, 0, 0},
    {Kind::one_byte, 0, 0},
    {Kind::no_byte, 0, 0},
    {Kind::stop_before, 0, 0},
    {Kind::stop_after, 0, 0},
}};

std::string name_of(const Fault& fault) {
    return fmt::format("kind {} errno {} at call {}", static_cast<int>(fault.kind), fault.number,
                       fault.nth);
}

/// Faults that a program has to get over.
bool must_succeed(const Fault& fault) {
    return (fault.kind == Kind::error && fault.number == EINTR) ||
           fault.kind == Kind::half_transfer || fault.kind == Kind::one_byte;
}

/// Cleaning up takes calls as well.
bool can_clean_up(const Fault& fault) {
    return fault.kind != Kind::lasting_error && fault.kind != Kind::lasting_readonly;
}

bool is_end(const Fault& fault) {
    return fault.kind == Kind::stop_before || fault.kind == Kind::stop_after;
}

/// Where a log could not be read the fix is made in place, and has other sequence numbers.
bool has_wanted_content(const Scenario& scenario, const Medium& now) {
    if (!scenario.is_log_first() || scenario.command != app::Command::fix) return false;
    std::vector<recovery::LogFile> logs;
    for (const auto& [path, content] : scenario.logs) {
        logs.push_back({os::name_of(path), now.at(path).content, ""});
    }
    return recovery::same_content(content_of(now.at(hive_path).content, logs), scenario.after);
}

std::string problem_of_success(const Scenario& scenario, const Medium& now) {
    if (now.at(hive_path).content != scenario.wanted() && !has_wanted_content(scenario, now)) {
        return "success is reported, and the hive is not what it should be";
    }
    if (now.at(scenario.backup).content != scenario.before) {
        return "success is reported, and the backup is not the original";
    }
    for (const auto& [path, file] : now) {
        if (path.ends_with(".tmp") || path == commit::marker_path(hive_path)) {
            return "success is reported, and it leaves " + path;
        }
    }
    return {};
}

std::string difference(const Medium& before, const Medium& now) {
    for (const auto& [path, file] : now) {
        const auto found = before.find(path);
        if (found == before.end()) {
            return "leaves " + path;
        }
        if (found->second != file) {
            return "has changed " + path;
        }
    }
    return now.size() == before.size() ? "" : "has removed a file";
}

std::string problem_of_failure(const Scenario& scenario, const Fault& fault, const Error& error,
                               bool touched, const Medium& now) {
    const std::string word(word_of(error.code()));
    if (error.hint().empty()) {
        return word + " has no hint";
    }
    if (cli::exit_status_of(error.code()) == cli::status_unconfirmed) {
        // With the log first, it may be a log that has changed.
        if (!touched && !scenario.is_log_first()) {
            return word + ", and nobody has tried to write to the hive";
        }
        if ((error.message() + error.hint()).find("nothing was changed") != std::string::npos) {
            return word + " says that nothing was changed";
        }
        const bool names_backup =
            (error.message() + error.hint()).find(scenario.backup) != std::string::npos;
        return names_backup ? "" : word + " does not name the backup: " + error.hint();
    }
    const std::string changed = difference(scenario.start, now);
    if (can_clean_up(fault)) {
        return changed.empty() ? "" : word + " (" + error.message() + ") " + changed;
    }
    const bool same = scenario.start.at(hive_path) == now.at(hive_path);
    return same ? "" : word + " (" + error.message() + ") has changed the hive";
}

struct Run {
    std::string problem;
    bool struck = false;
};

Run run_with(const Fault& fault, const Scenario& scenario, Verifier& verifier) {
    MemorySystem system(scenario.start, scenario.file_system);
    Run result;
    {
        FaultSystem faulty(system, fault);
        faulty.watched_path = hive_path;
        try {
            const app::Report report = run(faulty, scenario);
            const Medium now = system.seen();
            const bool failed = report.outcome == app::Outcome::failed;
            const auto success = scenario.command == app::Command::fix ? app::Outcome::fixed
                                                                       : app::Outcome::restored;
            if (is_end(fault)) {
                // Nobody is left to read this report.
            } else if (failed && must_succeed(fault)) {
                result.problem = "fails: " + report.error->message();
            } else if (failed) {
                result.problem =
                    problem_of_failure(scenario, fault, *report.error, faulty.touched, now);
            } else if (report.outcome != success) {
                result.problem = "a fault makes it say that there is nothing to do";
            } else {
                result.problem = problem_of_success(scenario, now);
            }
        } catch (const Stopped&) {
        }
        result.struck = faulty.struck();
    }
    if (result.problem.empty()) {
        result.problem = verifier.problem(system.seen());
    }
    return result;
}

}  // namespace

TEST_CASE("whichever call fails or is the last, the hive is old, new, or known to be cut") {
    for (const Scenario& scenario : scenarios()) {
        CAPTURE(scenario.name);
        Verifier verifier(scenario);
        Problems problems;
        std::size_t runs = 0;
        for (Fault fault : faults) {
            bool struck = true;
            for (fault.nth = 1; struck; ++fault.nth, ++runs) {
                const Run result = run_with(fault, scenario, verifier);
                problems.note(name_of(fault), result.problem);
                struck = result.struck;
            }
            CHECK(fault.nth > 3);
        }
        CHECK_MESSAGE(problems.none(), problems.text());
        fmt::print("faults: {}: {} runs, {} different states\n", scenario.name, runs,
                   verifier.different_states());
    }
}

TEST_CASE("a check that meets a fault changes nothing") {
    for (const Scenario& scenario : scenarios()) {
        if (scenario.command != app::Command::fix) {
            continue;
        }
        Problems problems;
        std::size_t runs = 0;
        for (Fault fault : faults) {
            bool struck = true;
            for (fault.nth = 1; struck; ++fault.nth, ++runs) {
                MemorySystem system(scenario.start, scenario.file_system);
                FaultSystem faulty(system, fault);
                try {
                    const app::Report report = run_check(faulty);
                    const bool right = report.outcome == app::Outcome::change_needed ||
                                       (report.error && !must_succeed(fault));
                    problems.note(name_of(fault), right ? "" : "check gives a wrong answer");
                } catch (const Stopped&) {
                }
                problems.note(name_of(fault), difference(scenario.start, system.seen()));
                struck = faulty.struck();
            }
        }
        CHECK_MESSAGE(problems.none(), problems.text());
        fmt::print("faults: check, {}: {} runs\n", scenario.name, runs);
    }
}
