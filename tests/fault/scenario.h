// SPDX-License-Identifier: GPL-2.0-or-later
// The writes that the fault tests spoil, and what must hold after every one of them.
// Owns: the list of scenarios, how one is run, the invariant.
// Never: spoils anything (support/fault_system.h, support/memory_system.h).
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "app/session.h"
#include "memory_system.h"

namespace nlafix::test {

/// One command on one medium, and the two hives between which it goes.
struct Scenario {
    std::string name;
    std::string file_system;  // its type decides the way: "ext4" replaces, "fuseblk" is in place
    app::Command command = app::Command::fix;
    Medium start;
    std::string backup_folder;  // of a fix; empty: beside the hive
    std::string undo_target;    // of an undo; empty: what the manifest says
    std::string backup;         // the copy that the fix makes, or made
    Bytes before;
    Bytes after;
    std::string method;                 // that the report must name
    std::map<std::string, Bytes> logs;  // as they were before the fix, by path

    const Bytes& wanted() const { return command == app::Command::fix ? after : before; }
    bool is_in_place() const { return file_system != "ext4"; }
    bool is_log_first() const { return method == "log-first"; }
};

/// Where the hive is in every scenario.
inline const std::string hive_path = std::string(MemorySystem::hive_folder) + "/SYSTEM";

enum class Room { enough, must_grow, garbage_behind };

/// A SYSTEM hive that lacks both entries, of two or three pages.
Bytes small_hive(Room room);

/// Fix, undo of a finished fix, undo of a cut one; each in both ways, with the backup beside the
/// hive and elsewhere, with hives that must grow and that need not.
const std::vector<Scenario>& scenarios();
/// Those with more beside the hive: a log of the old format, garbage behind the last bin, a backup
/// that was moved away.
const std::vector<Scenario>& odd_scenarios();

/// Runs the scenario's command in a session of its own.
app::Report run(os::System& system, const Scenario& scenario);
app::Report run_check(os::System& system);

/// What is wrong with a medium that a spoiled run left behind; empty: nothing. It asks the program
/// itself, which is why equal media are looked at once.
class Verifier {
public:
    explicit Verifier(const Scenario& scenario) : scenario_(scenario) {}
    std::string problem(const Medium& medium);
    std::size_t different_states() const { return known_.size(); }

private:
    std::string find_problem(const Medium& medium) const;
    std::string problem_of_interrupted(const Medium& medium, const Error& error) const;
    std::string problem_of_whole(const Medium& medium) const;
    std::string problem_of_way_back(const Medium& medium, bool is_old) const;
    std::string problem_of_old(const Medium& medium) const;
    std::string problem_of_new(const Medium& medium) const;
    std::string problem_with_protection(const Medium& medium) const;

    const Scenario& scenario_;
    std::set<std::string> known_;
};

/// The first few problems of a scenario, for one message.
class Problems {
public:
    void note(const std::string& where, const std::string& problem);
    bool none() const { return count_ == 0; }
    std::string text() const;

private:
    std::size_t count_ = 0;
    std::string text_;
};

}  // namespace nlafix::test
