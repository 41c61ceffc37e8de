// SPDX-License-Identifier: GPL-2.0-or-later
// The power goes at every call: whatever of the pending writes and names is kept, dropped or torn,
// the hive can be had back.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <cerrno>

#include "fault_system.h"
#include "scenario.h"

using namespace nlafix;
using namespace nlafix::test;

namespace {

constexpr std::size_t most_states_at_a_call = 256;
constexpr std::size_t few_states_at_a_call = 12;

/// Of the way with the log first tests/fault/log_first_test.cpp looks at every state; here it is
/// the records around it that count.
std::size_t few_states(const Scenario& scenario) {
    return scenario.is_log_first() ? few_states_at_a_call / 3 : few_states_at_a_call;
}

/// Visits what the power may leave after each change, from now on, until it goes out of scope.
class PowerCuts {
public:
    PowerCuts(MemorySystem& system, Verifier& verifier, Problems& problems, std::size_t most)
        : system_(system), verifier_(verifier), problems_(problems), most_(most) {
        system_.after_change = [this] { visit(); };
    }
    ~PowerCuts() { system_.after_change = nullptr; }
    PowerCuts(const PowerCuts&) = delete;
    PowerCuts& operator=(const PowerCuts&) = delete;

    std::function<bool()> only_if = [] { return true; };

    std::size_t moments() const { return moments_; }
    std::size_t states() const { return states_; }

private:
    void visit() {
        if (!only_if()) {
            return;
        }
        ++moments_;
        system_.visit_crash_states(most_, moments_, [&](const Medium& medium) {
            ++states_;
            problems_.note(fmt::format("power cut at change {}", moments_),
                           verifier_.problem(medium));
        });
    }

    MemorySystem& system_;
    Verifier& verifier_;
    Problems& problems_;
    std::size_t most_;
    std::size_t moments_ = 0;
    std::size_t states_ = 0;
};

app::Outcome success_of(const Scenario& scenario) {
    return scenario.command == app::Command::fix ? app::Outcome::fixed : app::Outcome::restored;
}

/// Once the program has reported success no power cut takes it back.
void require_durable(const MemorySystem& system, const Scenario& scenario, Problems& problems) {
    system.visit_crash_states(most_states_at_a_call, 0, [&](const Medium& medium) {
        const auto hive = medium.find(hive_path);
        const bool kept = hive != medium.end() && hive->second.content == scenario.wanted();
        problems.note("after success", kept ? "" : "a power cut takes the reported hive away");
    });
}

void cut_power_everywhere(const Scenario& scenario) {
    CAPTURE(scenario.name);
    MemorySystem system(scenario.start, scenario.file_system);
    Verifier verifier(scenario);
    Problems problems;
    PowerCuts cuts(system, verifier, problems, most_states_at_a_call);
    const app::Report report = run(system, scenario);
    CHECK(report.outcome == success_of(scenario));
    CHECK(report.method == scenario.method);
    require_durable(system, scenario, problems);
    CHECK_MESSAGE(problems.none(), problems.text());
    CHECK(cuts.moments() > 10);
    fmt::print("crash: {}: {} moments, {} states, {} different\n", scenario.name, cuts.moments(),
               cuts.states(), verifier.different_states());
}

}  // namespace

TEST_CASE("a power cut at any moment leaves the old hive, the new one, or a known cut write") {
    for (const Scenario& scenario : scenarios()) {
        cut_power_everywhere(scenario);
    }
}

TEST_CASE("a power cut is survived beside old logs, with garbage behind, with a moved backup") {
    for (const Scenario& scenario : odd_scenarios()) {
        cut_power_everywhere(scenario);
    }
}

TEST_CASE("a power cut while an error is being cleaned up leaves nothing that cannot be undone") {
    for (const Scenario& scenario : scenarios()) {
        CAPTURE(scenario.name);
        Verifier verifier(scenario);
        Problems problems;
        std::size_t states = 0;
        std::size_t faults = 0;
        for (const auto kind : {Fault::Kind::error, Fault::Kind::half_then_error}) {
            for (std::uint64_t nth = 1;; ++nth, ++faults) {
                MemorySystem system(scenario.start, scenario.file_system);
                FaultSystem faulty(system, {kind, ENOSPC, nth});
                PowerCuts cuts(system, verifier, problems, few_states(scenario));
                cuts.only_if = [&] { return faulty.struck(); };
                static_cast<void>(run(faulty, scenario));
                states += cuts.states();
                if (!faulty.struck()) {
                    break;
                }
            }
        }
        CHECK_MESSAGE(problems.none(), problems.text());
        CHECK(states > 0);
        fmt::print("crash behind an error: {}: {} faults, {} states, {} different\n", scenario.name,
                   faults, states, verifier.different_states());
    }
}

TEST_CASE("a power cut during the undo of a write that was killed is survived as well") {
    for (const Scenario& scenario : scenarios()) {
        CAPTURE(scenario.name);
        Verifier verifier(scenario);
        Problems problems;
        std::size_t states = 0;
        std::size_t kills = 0;
        for (std::uint64_t nth = 1;; ++nth, ++kills) {
            MemorySystem system(scenario.start, scenario.file_system);
            {
                FaultSystem killed(system, {Fault::Kind::stop_after, 0, nth});
                try {
                    static_cast<void>(run(killed, scenario));
                } catch (const Stopped&) {
                }
                if (!killed.struck()) {
                    break;
                }
            }
            // What the killed one wrote is seen, but not all of it is on the medium.
            if (!system.seen().contains(scenario.backup)) {
                continue;
            }
            PowerCuts cuts(system, verifier, problems, few_states(scenario));
            Scenario undo = scenario;
            undo.command = app::Command::undo;
            const app::Report report = run(system, undo);
            states += cuts.states();
            if (report.outcome == app::Outcome::restored) {
                require_durable(system, undo, problems);
            }
        }
        CHECK_MESSAGE(problems.none(), problems.text());
        CHECK(states > 0);
        fmt::print("crash behind a kill: {}: {} kills, {} states, {} different\n", scenario.name,
                   kills, states, verifier.different_states());
    }
}
