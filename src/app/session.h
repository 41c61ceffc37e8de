// SPDX-License-Identifier: GPL-2.0-or-later
// One command on one TARGET.
// Owns: the one place where an Error is caught. The lists of stages are in check.cpp, fix.cpp,
//   undo.cpp and recover.cpp.
// Never: parses bytes, prints.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "app/hive_place.h"
#include "app/options.h"
#include "app/report.h"
#include "app/seen_hives.h"
#include "os/system.h"

namespace nlafix::app {

/// One run of the program: the system it works on, and the hives that it has seen.
class Session {
public:
    /// `was_interrupted` is asked before a write begins. To be made while the process has one
    /// thread: what parses in a confined process is forked from this one.
    Session(os::System& system, std::function<bool()> was_interrupted);

    /// Runs `command` on `target` (for undo: a backup). Never throws Error: it is in the report.
    /// May be called by several threads at once.
    Report run(Command command, const std::string& target, const Options& options);

private:
    void check(Report& report, const Options& options);
    void fix(Report& report, const Options& options);
    void undo(Report& report, const Options& options);
    void put_back(const std::string& copy_or_manifest, Report& report, const Options& options);
    void recover(Report& report, const Options& options);
    bool skip_backup(Report& report, const Options& options);
    std::unique_ptr<HivePlace> find_once(Report& report, const Options& options);

    os::System& system_;
    std::function<bool()> was_interrupted_;
    SeenHives seen_;
};

}  // namespace nlafix::app
