// SPDX-License-Identifier: GPL-2.0-or-later
// A hive that is a file of this machine.
#include "app/hive_place.h"

#include <map>
#include <optional>
#include <set>

#include "commit/backup.h"
#include "commit/file_medium.h"
#include "commit/hive_lock.h"
#include "commit/interrupted.h"
#include "commit/private_file.h"
#include "disk/image/open_disk.h"
#include "os/file.h"
#include "os/path_syntax.h"
#include "os/paths.h"
#include "recovery/clean_hive.h"
#include "recovery/in_place.h"
#include "regf/base_block.h"
#include "source/hibernation.h"

namespace nlafix::app {
namespace {

class FilePlace final : public HivePlace {
public:
    FilePlace(os::System& system, source::HiveLocation location)
        : system_(system),
          path_(std::move(location.path)),
          folder_(system, os::folder_of(path_)),
          subject_{path_, path_, true} {}

    void locate(Report&) override {}

    source::HiveFiles read() override {
        if (commit::find_interrupted_write(system_, path_)) {
            // A write that is under way is none that was interrupted, and must not be undone.
            static_cast<void>(commit::open_locked(system_, path_));
        }
        commit::refuse_interrupted_write(system_, path_);
        file_ = os::File::open_itself(system_, path_);
        require_memory_to_read(system_, file_->status().size_bytes);
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
                          const hivex::Outline& outline) override {
        refuse_hibernation(system_, path_);
        commit::require_writable(*file_, backup_folder(options.backup_folder),
                                 outline.size_bytes());
    }

    os::ScratchFile make_scratch(const Options& options) override {
        return commit::make_scratch(*file_, backup_folder(options.backup_folder));
    }

    PlannedWrite plan(const source::HiveFiles& files, ByteView image, const Options& options,
                      std::uint64_t time) override {
        replacement_ =
            commit::Replacement::begin(*file_, commit::backup_stem(path_, time) + ".tmp");
        if (!replacement_) {
            const bool ignores = options.logs == recovery::LogPolicy::ignore &&
                                 recovery::is_dirty(regf::read_base_block(files.primary));
            return plan_in_files(files, image, recovery::Growth::allowed,
                                 ignores ? "its logs are ignored" : "");
        }
        PlannedWrite planned;
        planned.plan = {Way::replace, "the file system replaces a file in one step",
                        recovery::in_place_epochs({files.primary, {}}, image), 0};
        planned.files = complete(planned.plan.epochs, {files.primary, {}});
        return planned;
    }

    commit::Committed commit(const source::HiveFiles& files, const PlannedWrite& planned,
                             const verify::VerifiedImage& image,
                             commit::CommitOptions commit_options) override {
        std::optional<commit::FileMedium> medium;
        if (!replacement_) {
            medium.emplace(*file_, commit::names_of_logs(planned.files), disk::Access::write);
        }
        commit_options.last_look = [&] { require_unchanged(files); };
        const std::vector<os::FileIdentity> written =
            medium ? medium->identities() : std::vector{replacement_->identity()};
        commit_options.confirm = [&] {
            commit::confirm_files(*file_, written, planned.files, &commit::JournalFile::after);
        };
        commit_options.backup_folder = backup_folder(commit_options.backup_folder);
        const std::optional<std::string> earlier = cut_write();
        const commit::Target target{system_,
                                    subject_,
                                    *file_,
                                    &*file_,
                                    medium ? &*medium : nullptr,
                                    replacement_ ? &*replacement_ : nullptr};
        commit::Committed committed = commit::commit(
            target, planned.plan, {files.primary, image, planned.files}, commit_options);
        if (earlier) commit::close_cut_write(system_, *earlier);
        return committed;
    }

    std::optional<std::string> cut_write() override {
        return commit::find_cut_write(system_, path_);
    }

    void write_output(const std::string& path, ByteView content) override {
        commit::write_output(*file_, path, content);
    }

private:
    const std::string& backup_folder(const std::string& given) {
        if (!backups_) backups_.emplace(system_, subject_, given);
        return backups_->path();
    }
    [[noreturn]] void throw_changed() const {
        throw Error(ErrorCode::hive_changed, "changed while nlafix was looking at it")
            .path(path_)
            .hint("make sure that nothing else writes there, then run this again");
    }

    /// The lock is one among runs of nlafix: another program may have written since it was taken.
    void require_unchanged(const source::HiveFiles& files) const {
        if (os::status_of(system_, path_, false).identity != file_->status().identity ||
            !file_->holds(files.primary)) {
            throw_changed();
        }
        source::require_same_logs(files.logs, source::read_logs(*file_), path_);
    }

    os::System& system_;
    std::string path_;
    os::HeldFolder folder_;
    commit::Subject subject_;
    std::optional<commit::BackupFolder> backups_;  // from the first look on
    std::optional<os::File> file_;  // from read() on; locked from open_for_writing() on
    std::optional<commit::Replacement> replacement_;
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

std::vector<commit::JournalFile> complete(std::vector<Epoch>& epochs,
                                          const recovery::HiveState& files) {
    std::vector<ByteView> contents = {files.primary};
    std::vector<commit::JournalFile> list = {{"", commit::fingerprint_of(files.primary), {}}};
    // An undo asks for every file of the list, so that a log which nothing writes has no place in
    // it: it may be unreadable, and Windows may change it.
    std::set<FileIndex> written;
    for (const Epoch& epoch : epochs) {
        for (const FileIndex file : files_of(epoch)) written.insert(file);
    }
    std::map<FileIndex, FileIndex> numbers = {{primary_file, primary_file}};
    for (std::size_t i = 0; i < files.logs.size(); ++i) {
        if (written.count(file_of_log(i)) == 0) continue;
        numbers[file_of_log(i)] = list.size();
        contents.emplace_back(files.logs[i].bytes);
        list.push_back({files.logs[i].name, commit::fingerprint_of(files.logs[i].bytes), {}});
    }
    for (Epoch& epoch : epochs) {
        for (Write& write : epoch.writes) write.file = numbers.at(write.file);
        for (Resize& resize : epoch.resizes) resize.file = numbers.at(resize.file);
    }
    const std::vector<PatchedFile> after = fill_in_before(epochs, contents);
    for (std::size_t i = 0; i < list.size(); ++i) {
        list[i].after = commit::fingerprint_of(after[i]);
    }
    return list;
}

PlannedWrite plan_in_files(const source::HiveFiles& files, ByteView image, recovery::Growth growth,
                           const std::string& why_not_log_first) {
    const recovery::HiveState state{files.primary, files.logs};
    PlannedWrite planned;
    recovery::LogFirst log_first;
    log_first.why_not = why_not_log_first;
    if (log_first.possible()) log_first = recovery::plan_log_first(state, image, growth);
    if (log_first.possible()) {
        planned.final_sequence = log_first.final_sequence;
        planned.plan = std::move(log_first);
    } else {
        planned.plan = {Way::in_place, "the log cannot be written first: " + log_first.why_not,
                        recovery::in_place_epochs(state, image), 0};
        planned.plan.commits_at = planned.plan.epochs.size();
    }
    planned.files = complete(planned.plan.epochs, state);
    return planned;
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

/// Unlike that of a volume on a disk, the flag of a mounted one says little while it is mounted.
void warn_of_dirty_volume(os::System& system, Report& report) {
    os::FileSystemStatus status;
    if (system.file_system(report.place, status) != 0 || !status.was_dirty) return;
    report.warnings.push_back(
        "the volume was dirty before it was mounted: Windows will check it (chkdsk) when it "
        "starts, and may change the hive then");
}

std::unique_ptr<HivePlace> find_place(os::System& system, const Options& options, Report& report) {
    if (disk::looks_like_disk(system, report.target)) {
        return find_on_disk(system, options, report);
    }
    if (options.partition || options.image_format) {
        report.warnings.push_back(
            "--partition and --format are for disks and images; this is none");
    }
    report.location = source::find_hive(system, report.target, options.windows_folder);
    report.place = report.location->path;
    report.identity = os::status_of(system, report.place, true).identity;
    warn_of_dirty_volume(system, report);
    return make_file_place(system, *report.location);
}

}  // namespace nlafix::app
