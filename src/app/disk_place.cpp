// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/disk_place.h"

#include <optional>
#include <utility>

#include "app/disk_target.h"
#include "app/windows_table.h"
#include "commit/disk_store.h"
#include "commit/epochs.h"
#include "commit/output_file.h"
#include "disk/image/open_disk.h"
#include "disk/ntfs/ntfs_volume.h"
#include "disk/ntfs/plan_commit.h"
#include "os/file.h"
#include "os/paths.h"
#include "recovery/lazy_recovery.h"
#include "recovery/log_first.h"
#include "source/disk_hives.h"
#include "system/windows_version.h"

namespace nlafix::app {
namespace {

/// What Windows lies beside a hive. Only for a table: whatever fails leaves it without a name.
std::string name_of_windows(disk::BlockDevice& device, const FoundWindows& windows) {
    try {
        disk::NtfsVolume volume = disk::NtfsVolume::open(device, windows.volume->partition.range);
        const auto software = source::open_beside(volume, windows.hive, "SOFTWARE");
        if (!software) return "";
        const recovery::LazyRecovery recovery(
            *software, [&software] { return software->read_logs(); }, recovery::LogPolicy::apply);
        const auto version = system::read_windows_version(recovery.hive());
        return version ? system::name_of(*version) : "";
    } catch (const Error&) {
        return "";
    }
}

class DiskPlace final : public HivePlace {
public:
    DiskPlace(os::System& system, const Options& options, Report& report);

    void locate(Report& report) override;
    source::HiveFiles read() override;
    void open_for_writing() override;
    std::unique_ptr<source::OpenHive> open_beside(const std::string& name) override;
    std::unique_ptr<source::FilesOfWindows> files_around() override {
        return source::files_around(*volume_, found_.hive);
    }
    void require_writable(const Options& options, const source::HiveFiles& files,
                          ByteView image) override;
    os::ScratchFile make_scratch(const Options& options) override {
        return commit::make_scratch(system_, name_, options.backup_folder);
    }
    Stored store(const source::HiveFiles& files, const verify::VerifiedImage& image,
                 commit::StoreOptions store_options, const Options& options) override;
    void write_output(const std::string& path, ByteView content) override;

private:
    struct Planned {
        disk::CommitPlan commit;
        Bytes hive;
    };
    Planned plan(const source::HiveFiles& files, ByteView image, std::uint64_t time);
    disk::FileChange change_of(const source::HiveFiles& files, ByteView image,
                               std::uint64_t time) const;
    std::string add_way_in_place(disk::FileChange& change, const source::HiveFiles& files);
    commit::DiskRecord record_of(disk::CommitPlan plan) const;

    os::System& system_;
    std::string target_;
    const Options& options_;
    disk::ImageOptions image_options_;
    commit::DiskName name_;
    DiskReport found_;
    disk::DiskRange range_;
    std::optional<disk::SetMember> set_;  // of which the volume is a part
    disk::OpenedDisk disk_;
    std::optional<disk::NtfsVolume> volume_;  // on disk_
};

DiskPlace::DiskPlace(os::System& system, const Options& options, Report& report)
    : system_(system),
      target_(report.target),
      options_(options),
      image_options_(image_options(options)),
      name_(commit::name_of_disk(system, report.target)) {
    report.place = name_.target;
    if (name_.is_file) report.identity = os::status_of(system, name_.target, true).identity;
}

void DiskPlace::locate(Report& report) {
    disk_ = disk::open_disk(system_, target_, disk::Access::read, image_options_);
    report.warnings.insert(report.warnings.end(), disk_.warnings.begin(), disk_.warnings.end());
    // First of all: what a cut leaves may hide the hive.
    commit::refuse_interrupted_commit(system_, name_, *disk_.device, options_.backup_folder);
    options_.begins("looking for Windows");
    const disk::PartitionTable table = disk::read_partition_table(*disk_.device);
    const auto volumes = source::search_volumes(*disk_.device, table);
    report.warnings.insert(report.warnings.end(), table.warnings.begin(), table.warnings.end());
    const FoundWindows windows = choose_windows(
        volumes, options_.partition, {name_.target, table.leaves_disk},
        [this](const FoundWindows& one) { return name_of_windows(*disk_.device, one); });
    range_ = windows.volume->partition.range;
    set_ = windows.volume->set;
    if (set_ && set_->is_whole) {
        report.warnings.push_back("the volume is " + set_->text +
                                  "; it lies on this disk alone, and may be written");
    }
    found_.path = name_.target;
    found_.format = disk_.format;
    found_.partition = windows.volume->partition.number;
    found_.offset = range_.offset;
    found_.size_bytes = range_.size_bytes;
    found_.label = windows.volume->label;
    found_.volume_id = windows.volume->volume_id;
    found_.hive = windows.hive;
    report.disk = found_;
    report.location = source::HiveLocation{
        source::TargetKind::disk, display_name(name_.target, found_.partition, found_.hive)};
    volume_ = disk::NtfsVolume::open(*disk_.device, range_);
}

/// The qemu locks of one reader exclude a writer, so the disk that is open is closed first.
void DiskPlace::open_for_writing() {
    volume_.reset();
    disk_.device.reset();
    disk_ = disk::open_disk(system_, target_, disk::Access::write, image_options_);
    volume_ = disk::NtfsVolume::open(*disk_.device, range_);
}

source::HiveFiles DiskPlace::read() {
    return source::read_hive(*volume_, found_.hive);
}

std::unique_ptr<source::OpenHive> DiskPlace::open_beside(const std::string& name) {
    return source::open_beside(*volume_, found_.hive, name);
}

/// From what needs another way altogether to what only needs room.
void DiskPlace::require_writable(const Options& options, const source::HiveFiles& files,
                                 ByteView image) {
    if (disk_.refusal) throw Error(*disk_.refusal);
    if (set_ && !set_->is_whole) throw set_->refusal().path(name_.target);
    disk::require_writable(*volume_);
    const auto file = volume_->find(found_.hive);
    if (file) disk::require_writable(*file);
    commit::require_room_for_backup(system_, name_, options.backup_folder, image.size());
    disk::FileChange change = change_of(files, image, system_.now());
    static_cast<void>(add_way_in_place(change, files));
    disk::require_room_for_image(system_, disk_,
                                 disk::foresee_commit(*disk_.device, range_, change));
}

disk::FileChange DiskPlace::change_of(const source::HiveFiles& files, ByteView image,
                                      std::uint64_t time) const {
    disk::FileChange change;
    change.path = found_.hive;
    change.before = files.primary;
    change.after = image;
    change.time = time;
    return change;
}

/// The way that is taken where the runlist cannot be switched: the log first, else the hive's own
/// pages in the order of its sequence numbers. Returns why not the former, to follow the reason why
/// not the switch.
std::string DiskPlace::add_way_in_place(disk::FileChange& change, const source::HiveFiles& files) {
    change.in_place_files = {found_.hive};
    recovery::LogFirst log_first = recovery::plan_log_first(
        {files.primary, files.logs}, change.after, recovery::Growth::forbidden);
    if (log_first.possible()) {
        const std::string folder = os::folder_of(found_.hive);
        for (const recovery::LogFile& log : files.logs) {
            change.in_place_files.push_back(os::join(folder, log.name));
        }
        change.in_place = std::move(log_first.epochs);
        change.in_place_method = disk::CommitMethod::log_first;
        return "";
    }
    const Bytes opening = commit::opening_head_of_fix(files.primary, change.after);
    change.in_place =
        commit::in_place_epochs(files.primary, change.after, opening, commit::Direction::fix);
    return "; the log cannot be written first: " + log_first.why_not;
}

/// The commit of `image`, and the hive that it leaves: another one than `image` where the log is
/// written first, for its sequence numbers have to follow those of the log.
DiskPlace::Planned DiskPlace::plan(const source::HiveFiles& files, ByteView image,
                                   std::uint64_t time) {
    // The disk was read before it was opened for writing. plan_commit looks at the hive again; what
    // a log holds is in `image`, and a log may be written itself.
    source::require_same_logs(files.logs, source::read_logs(*volume_, found_.hive), found_.hive);
    disk::FileChange change = change_of(files, image, time);
    const std::string why_not_log_first = add_way_in_place(change, files);
    Planned planned;
    planned.commit = disk::plan_commit(*disk_.device, range_, change);
    if (planned.commit.method == disk::CommitMethod::in_place) {
        planned.commit.reason += why_not_log_first;
    }
    if (planned.commit.method == disk::CommitMethod::runlist_switch) {
        planned.hive.assign(image.begin(), image.end());
        return planned;
    }
    std::vector<Bytes> contents = {files.primary};
    for (const recovery::LogFile& log : files.logs) contents.push_back(log.bytes);
    for (const Epoch& epoch : change.in_place) apply_epoch(epoch, contents);
    planned.hive = std::move(contents.front());
    return planned;
}

commit::DiskRecord DiskPlace::record_of(disk::CommitPlan plan) const {
    commit::DiskRecord record;
    record.format = found_.format;
    record.size_bytes = disk_.device->size_bytes();
    record.partition = found_.partition;
    record.volume = range_;
    record.volume_id = found_.volume_id;
    record.hive = found_.hive;
    record.plan = std::move(plan);
    return record;
}

Stored DiskPlace::store(const source::HiveFiles& files, const verify::VerifiedImage& image,
                        commit::StoreOptions store_options, const Options& options) {
    store_options.backup_folder = options.backup_folder;
    Planned planned = plan(files, image.bytes(), store_options.time);
    const commit::DiskCommit commit{files.primary, planned.hive,
                                    record_of(std::move(planned.commit))};
    volume_.reset();  // what it keeps in memory is about to be wrong
    const auto confirm = [&] {
        require_hive(*disk_.device, range_, found_.hive, planned.hive, ErrorCode::io_error);
    };
    Stored stored;
    stored.backup =
        commit::store_on_disk(system_, name_, *disk_.device, commit, store_options, confirm);
    stored.method = commit::word_of(commit.record.plan.method);
    stored.reason = commit.record.plan.reason;
    return stored;
}

void DiskPlace::write_output(const std::string& path, ByteView content) {
    // Of a disk that is no file, the folder says who may read what.
    const std::string model = name_.is_file ? name_.target : os::folder_of(path);
    commit::write_output(os::File::open(system_, model, {}), path, content);
}

}  // namespace

std::unique_ptr<HivePlace> find_on_disk(os::System& system, const Options& options,
                                        Report& report) {
    return std::make_unique<DiskPlace>(system, options, report);
}

}  // namespace nlafix::app
