// SPDX-License-Identifier: GPL-2.0-or-later
// Programs of other people that a test needs: run to their end, or in the background.
// Owns: the processes; none outlives its object.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace nlafix::test {

struct Ran {
    int status = -1;     // exit status, or 128 and the signal
    std::string output;  // stdout and stderr
};

/// Runs arguments[0], looked for in PATH and the sbin folders, to its end.
Ran run_program(const std::vector<std::string>& arguments);

bool has_program(const std::string& name);

/// True where one of `names` is absent, and the test cannot run: says so, and fails where
/// NLAFIX_CI=1 promises that it is there.
bool lacks_programs(const std::vector<std::string>& names);

/// For tests that root alone can run, or that a container forbids: says why nothing is tested.
void say_skipped(const std::string& reason);

class BackgroundProgram {
public:
    explicit BackgroundProgram(const std::vector<std::string>& arguments);
    BackgroundProgram(const BackgroundProgram&) = delete;
    BackgroundProgram& operator=(const BackgroundProgram&) = delete;
    ~BackgroundProgram() { kill(); }

    pid_t id() const { return id_; }
    void signal(int number) const;
    /// Ends it at once, and waits for that.
    void kill();

private:
    pid_t id_ = -1;
};

/// Waits until there is a file at `path`; false after ten seconds.
bool wait_for_file(const std::string& path);

/// The processes whose parent is this one, zombies included.
std::vector<pid_t> children();

}  // namespace nlafix::test
