// SPDX-License-Identifier: GPL-2.0-or-later
// Where one hive lies, and what the stages that do I/O do with it there.
// Owns: the interface between the order of the stages and the kinds of TARGET.
// Never: knows what is in a hive.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/options.h"
#include "app/report.h"
#include "commit/commit.h"
#include "hivex/outline.h"
#include "os/memory.h"
#include "os/scratch_file.h"
#include "os/system.h"
#include "recovery/log_first.h"
#include "source/read_hive.h"
#include "source/windows_files.h"
#include "verify/verify.h"

namespace nlafix::app {

/// How an edited hive gets to its place.
struct PlannedWrite {
    WritePlan plan;
    /// The sequence numbers that the edited hive must have then; else those that it has.
    std::optional<std::uint32_t> final_sequence;
    std::vector<commit::JournalFile> files;
    std::vector<Epoch> hive_epochs;  // as in commit::Journal
};

/// The plan for a hive and its logs that are written as files: the log first, or in place where
/// that cannot be, for the reason `why_not_log_first` where it is not empty.
PlannedWrite plan_in_files(const source::HiveFiles& files, ByteView image, recovery::Growth growth,
                           const std::string& why_not_log_first);

/// Completes `epochs` with what they replace, and says what becomes of the hive and of the logs
/// that they write: these alone are numbered, in the order of the list that is returned.
std::vector<commit::JournalFile> complete(std::vector<Epoch>& epochs,
                                          const recovery::HiveState& files);

/// Throws Error(no_memory) unless there is room for a hive of `size_bytes` and its clean image.
inline void require_memory_to_read(os::System& system, std::uint64_t size_bytes) {
    os::require_memory(system, 2 * size_bytes, "reading this hive");
}

/// A hive that was found. The methods throw Error as the stages below them do.
class HivePlace {
public:
    HivePlace() = default;
    HivePlace(const HivePlace&) = delete;
    HivePlace& operator=(const HivePlace&) = delete;
    virtual ~HivePlace() = default;

    /// Looks for the hive where that takes more than its path, and fills in the report. Called
    /// first.
    virtual void locate(Report& report) = 0;
    /// The hive and its logs. Refuses a hive that an interrupted write may have left half written.
    virtual source::HiveFiles read() = 0;
    /// Makes what was read this program's own, for writing; refuses what is locked, or used by
    /// another program. Called before all that follows, but for write_output.
    virtual void open_for_writing() = 0;
    /// Opens another hive in the same folder ("SOFTWARE") or below it ("RegBack/SYSTEM"), to be
    /// read before anything is written; null where there is none. After read().
    virtual std::unique_ptr<source::OpenHive> open_beside(const std::string& name) = 0;
    /// The files of the Windows that the hive belongs to; null where they are not at hand. To be
    /// asked before anything is written. After read().
    virtual std::unique_ptr<source::FilesOfWindows> files_around() = 0;
    /// Throws Error for what can be known to keep an edited hive from being written over the one
    /// that `files` was read from. Opens nothing for writing.
    virtual void require_writable(const Options& options, const source::HiveFiles& files,
                                  const hivex::Outline& outline) = 0;
    /// A private file where the machine has no place for one: where the backup goes.
    virtual os::ScratchFile make_scratch(const Options& options) = 0;
    /// How the edited `image` gets here. Asked before it is verified.
    virtual PlannedWrite plan(const source::HiveFiles& files, ByteView image,
                              const Options& options, std::uint64_t time) = 0;
    /// The manifest of an earlier write with the log first that was cut: the hive is whole, but its
    /// user may want to know.
    virtual std::optional<std::string> cut_write() { return std::nullopt; }
    /// Carries out what was planned for the hive that `files` was read from, with a backup.
    virtual commit::Committed commit(const source::HiveFiles& files, const PlannedWrite& planned,
                                     const verify::VerifiedImage& image,
                                     commit::CommitOptions commit_options) = 0;
    /// Writes `content` into a new file that no more people may read than the hive.
    virtual void write_output(const std::string& path, ByteView content) = 0;
};

/// A write with the log first that was cut is no reason to refuse anything, but worth a word.
void warn_of_cut_write(HivePlace& place, Report& report);

/// The place that the report's target means, and, in the report, what tells it from others.
std::unique_ptr<HivePlace> find_place(os::System& system, const Options& options, Report& report);

/// The hive at `location`.
std::unique_ptr<HivePlace> make_file_place(os::System& system,
                                           const source::HiveLocation& location);

/// Throws Error(hibernated) when the volume of `hive_path` belongs to a Windows that only sleeps.
void refuse_hibernation(os::System& system, const std::string& hive_path);

/// Finds the one Windows on the disk that is the report's target, or that on options.partition;
/// fills in the report's location, identity and disk. Throws Error: what disk::open_disk throws;
/// several_windows with a table, no_windows, no_partition, bitlocker.
std::unique_ptr<HivePlace> find_on_disk(os::System& system, const Options& options, Report& report);

}  // namespace nlafix::app
