// SPDX-License-Identifier: GPL-2.0-or-later
// What one command found and did to one TARGET. A value: src/cli renders it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/epoch.h"
#include "base/error.h"
#include "nla/diagnosis.h"
#include "nla/plan.h"
#include "os/system.h"
#include "recovery/clean_hive.h"
#include "source/find_hive.h"
#include "system/control_sets.h"
#include "system/machine.h"

namespace nlafix::app {

enum class Command { check, fix, undo, recover };

enum class Outcome { nothing_to_do, change_needed, fixed, restored, written, skipped, failed };

struct LogReport {
    std::string name;
    recovery::LogSummary summary;
    std::string error;     // why it could not be read
    recovery::LogUse use;  // of a dirty hive
};

struct HiveReport {
    std::uint32_t minor_version = 0;
    bool dirty = false;
    bool recovered = false;  // what follows is the hive with its logs applied
    bool bins_grew = false;
    std::optional<recovery::IgnoredLogs> ignored_logs;
    std::vector<LogReport> logs;
    std::optional<system::Select> select;
};

/// Where on a disk or image the hive lies.
struct DiskReport {
    std::string path;             // of the disk: absolute, or a URI
    std::string format;           // "raw", "qcow2", ...; "nbd" for a URI
    std::uint32_t partition = 0;  // 0: the disk is one volume
    std::uint64_t offset = 0;     // of the volume
    std::uint64_t size_bytes = 0;
    std::string label;
    std::string volume_id;              // serial number of the NTFS volume
    std::string hive;                   // path in the volume
    std::vector<std::string> confined;  // words for what confines the server of an image
};

struct Report {
    Command command = Command::check;
    bool dry_run = false;
    bool strict = false;
    std::string target;  // as it was given
    std::optional<source::HiveLocation> location;
    std::optional<DiskReport> disk;
    /// What two TARGETs that are one hive have in common: the path of the file or of the disk, or
    /// the file's identity. Empty until it was found.
    std::string place;
    std::optional<os::FileIdentity> identity;
    bool repeats = false;        // what an earlier TARGET found
    std::string repeats_target;  // the earlier TARGET that is the same hive; empty where none is
    std::optional<HiveReport> hive;
    std::optional<system::Machine> machine;
    Outcome outcome = Outcome::failed;
    bool changed = false;   // the hive on the disk may have another content than before
    bool verified = false;  // read back from the disk and found right
    std::vector<nla::ValueState> states;
    std::vector<nla::PlannedEdit> edits;      // planned, or made
    std::optional<Error> fix_refuses;         // why fix would not make `edits`, where that is known
    std::optional<nla::Diagnosis> diagnosis;  // of the hive as it was found
    std::string backup;                       // path of the copy, made by fix or used by undo
    std::string undo;                         // the command that leads back from a fix
    bool backup_in_memory = false;            // it is gone when this machine restarts
    std::string output;                       // of recover
    std::string method;  // "replace", "log-first", "in-place" or "runlist-switch", of a write
    std::string method_reason;               // for a person
    std::optional<Effort> effort;            // of a write into the hive and its logs
    std::optional<Effort> effort_to_commit;  // until the new content is the one
    std::vector<std::string> confined;       // words for what confined a foreign parser
    std::vector<std::string> warnings;
    std::vector<std::string> notes;  // for -v
    std::optional<Error> error;
    std::string next;  // the command line that comes next, to be pasted; empty where there is none
};

}  // namespace nlafix::app
