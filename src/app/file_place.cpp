// SPDX-License-Identifier: GPL-2.0-or-later
// A hive that is a file of this machine.
#include "app/file_place.h"

#include "app/disk_place.h"
#include "disk/image/open_disk.h"

#include <optional>

#include "commit/commit.h"
#include "commit/hive_lock.h"
#include "commit/interrupted.h"
#include "commit/output_file.h"
#include "commit/scratch.h"
#include "os/file.h"
#include "os/path_syntax.h"
#include "os/paths.h"
#include "recovery/clean_hive.h"
#include "recovery/log_first.h"
#include "regf/base_block.h"
#include "source/hibernation.h"

namespace nlafix::app {
namespace {

/// Absolute, or empty when it is the hive's own folder: a backup there is found by the hive.
std::string resolved_backup_folder(os::System& system, const std::string& hive_path,
                                   const std::string& given) {
    if (given.empty() || !os::status_if_any(system, given, true)) return given;
    const std::string folder = os::real_path_of(system, given);
    return folder == os::folder_of(hive_path) ? "" : folder;
}

class FilePlace final : public HivePlace {
public:
    FilePlace(os::System& system, source::HiveLocation location)
        : system_(system), path_(std::move(location.path)) {}

    void locate(Report&) override {}

    source::HiveFiles read() override {
        if (commit::find_interrupted_write(system_, path_)) {
            // A write that is under way is none that was interrupted, and must not be undone.
            static_cast<void>(commit::open_locked(system_, path_));
        }
        commit::refuse_interrupted_write(system_, path_);
        file_ = os::File::open(system_, path_, {});
        return source::read_hive(*file_);
    }

    void open_for_writing() override {
        const os::FileIdentity read_from = file_->status().identity;
        file_ = commit::open_locked(system_, path_);
        commit::refuse_interrupted_write(system_, path_);
        if (file_->status().identity != read_from) throw_changed();
    }

    std::unique_ptr<source::OpenHive> open_beside(const std::string& name) override {
        return source::open_beside(*file_, name);
    }

    std::unique_ptr<source::FilesOfWindows> files_around() override {
        return source::files_around(system_, path_);
    }

    void require_writable(const Options& options, const source::HiveFiles&,
                          ByteView image) override {
        refuse_hibernation(system_, path_);
        commit::require_writable(
            *file_, resolved_backup_folder(system_, path_, options.backup_folder), image.size());
    }

    os::ScratchFile make_scratch(const Options& options) override {
        return commit::make_scratch(*file_,
                                    resolved_backup_folder(system_, path_, options.backup_folder));
    }

    std::optional<std::uint32_t> plan_log_first(const source::HiveFiles& files, ByteView image,
                                                const Options& options) override {
        if (commit::can_replace(*file_)) {
            // If that fails in the end, for the sake of its metadata, it is written as ever.
            log_first_.why_not = "its metadata could not be given to a new file";
        } else if (options.logs == recovery::LogPolicy::ignore &&
                   recovery::is_dirty(regf::read_base_block(files.primary))) {
            log_first_.why_not = "its logs are ignored";
        } else {
            log_first_ = recovery::plan_log_first({files.primary, files.logs}, image,
                                                  recovery::Growth::allowed);
        }
        if (!log_first_.possible()) return std::nullopt;
        return log_first_.final_sequence;
    }

    Stored store(const source::HiveFiles& files, const verify::VerifiedImage& image,
                 commit::StoreOptions store_options, const Options& options) override {
        store_options.backup_folder = resolved_backup_folder(system_, path_, options.backup_folder);
        commit::LogFirstWay way{
            log_first_.epochs, log_first_.epochs_to_commit, log_first_.why_not, {}};
        if (log_first_.possible()) way.why = recovery::text_of(log_first_.which);
        for (const recovery::LogFile& log : files.logs) way.logs.push_back({log.name, log.bytes});
        store_options.last_look = [&] { require_unchanged(files); };
        const std::optional<std::string> earlier = cut_write();
        const commit::StoreResult result =
            commit::store_image(*file_, files.primary, image, way, store_options);
        if (earlier) commit::close_cut_write(system_, *earlier);
        Stored stored{result.backup, result.method, "", result.why, {}, {}};
        if (result.effort.flushes != 0) {
            stored.effort = result.effort;
            stored.effort_to_commit = result.effort_to_commit;
        }
        return stored;
    }

    std::optional<std::string> cut_write() override {
        return commit::find_cut_write(system_, path_);
    }

    void write_output(const std::string& path, ByteView content) override {
        commit::write_output(*file_, path, content);
    }

private:
    [[noreturn]] void throw_changed() const {
        throw Error(ErrorCode::hive_changed, "changed while nlafix was looking at it")
            .path(path_)
            .hint("make sure that nothing else writes there, then run this again");
    }

    /// The lock is one among runs of nlafix: another program may have written since it was taken.
    void require_unchanged(const source::HiveFiles& files) const {
        if (os::status_of(system_, path_, true).identity != file_->status().identity ||
            !file_->holds(files.primary)) {
            throw_changed();
        }
        source::require_same_logs(files.logs, source::read_logs(*file_), path_);
    }

    os::System& system_;
    std::string path_;
    std::optional<os::File> file_;  // from read() on; locked from open_for_writing() on
    recovery::LogFirst log_first_;
};

}  // namespace

void refuse_hibernation(os::System& system, const std::string& hive_path) {
    const auto file = source::find_hibernation(system, hive_path);
    if (!file) return;
    throw Error(ErrorCode::hibernated,
                "Windows is hibernated or was shut down for a fast startup (" + *file +
                    "); it would resume with the registry it has in memory")
        .path(hive_path)
        .hint(
            "start that Windows and shut it down completely (shutdown /s /t 0), then run this "
            "again");
}

std::unique_ptr<HivePlace> make_file_place(os::System& system,
                                           const source::HiveLocation& location) {
    return std::make_unique<FilePlace>(system, location);
}

void warn_of_cut_write(HivePlace& place, Report& report) {
    const auto manifest = place.cut_write();
    if (!manifest) return;
    report.warnings.push_back(
        "an earlier write of nlafix was cut; the hive is whole all the same: with its logs, which "
        "Windows applies by itself, it is the one before that write or the one after it. To be "
        "sure of the one before: nlafix undo " +
        os::shell_quoted(*manifest));
}

std::unique_ptr<HivePlace> find_place(os::System& system, const Options& options, Report& report) {
    if (disk::looks_like_disk(system, report.target)) {
        return find_on_disk(system, options, report);
    }
    if (options.partition || options.image_format) {
        report.warnings.push_back(
            "--partition and --format are for disks and images; this is none");
    }
    report.location = source::find_hive(system, report.target);
    report.place = report.location->path;
    report.identity = os::status_of(system, report.place, true).identity;
    return make_file_place(system, *report.location);
}

}  // namespace nlafix::app
