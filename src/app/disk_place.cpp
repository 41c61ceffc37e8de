// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/hive_place.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "app/backup_place.h"
#include "app/disk_target.h"
#include "app/windows_table.h"
#include "commit/disk_medium.h"
#include "commit/interrupted.h"
#include "commit/private_file.h"
#include "disk/image/open_disk.h"
#include "disk/ntfs/ntfs_volume.h"
#include "disk/ntfs/plan_commit.h"
#include "os/file.h"
#include "os/paths.h"
#include "recovery/in_place.h"
#include "recovery/lazy_recovery.h"
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

// The manifest is hexadecimal text of what is written and of what it replaces.
constexpr std::uint64_t journal_bytes = std::uint64_t{4} << 20;

bool writes_hive_alone(const std::vector<Epoch>& epochs) {
    return std::ranges::all_of(epochs, [](const Epoch& epoch) {
        return std::ranges::all_of(epoch.writes,
                                   [](const Write& write) { return write.file == primary_file; });
    });
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
                          const hivex::Outline& outline) override;
    os::ScratchFile make_scratch(const Options& options) override {
        const std::string folder = backup_folder(options.backup_folder);
        return commit::make_scratch(model(folder), folder);
    }
    PlannedWrite plan(const source::HiveFiles& files, ByteView image, const Options& options,
                      std::uint64_t time) override;
    commit::Committed commit(const source::HiveFiles& files, const PlannedWrite& planned,
                             const verify::VerifiedImage& image,
                             commit::CommitOptions commit_options) override;
    std::optional<std::string> cut_write() override {
        return commit::find_cut_commit(system_, subject_, *disk_.device, options_.backup_folder);
    }
    void write_output(const std::string& path, ByteView content) override;

private:
    void find_hive(Report& report);
    const std::string& backup_folder(const std::string& given) {
        if (!backups_) backups_.emplace(system_, subject_, given);
        return backups_->path();
    }
    disk::FileChange change_of(const source::HiveFiles& files, ByteView image,
                               const PlannedWrite& in_place, std::uint64_t time) const;
    commit::DiskRecord record() const;
    /// Whose protection the backup gets: the image's, else that of the folder that it lies in.
    os::File model(const std::string& folder) const {
        return os::File::open_itself(system_, subject_.is_file ? subject_.target : folder);
    }

    os::System& system_;
    const Options& options_;
    disk::ImageOptions image_options_;
    commit::Subject subject_;
    std::optional<os::HeldFolder> folder_;
    std::optional<commit::BackupFolder> backups_;  // from the first look on
    DiskReport found_;
    disk::DiskRange range_;
    std::optional<disk::SetMember> set_;  // of which the volume is a part
    disk::OpenedDisk disk_;
    std::optional<disk::NtfsVolume> volume_;  // on disk_
};

DiskPlace::DiskPlace(os::System& system, const Options& options, Report& report)
    : system_(system),
      options_(options),
      image_options_(image_options(options)),
      subject_(subject_of_disk(system, report.target)),
      folder_(hold_folder_of(system, subject_)) {
    report.place = subject_.target;
    if (subject_.is_file) report.identity = os::status_of(system, subject_.target, false).identity;
}

/// True for what may be no more than the trace of writes that go on while the volume is read.
bool may_come_of_use(const Error& error) {
    return error.code() == ErrorCode::malformed_volume || error.code() == ErrorCode::unclean_volume;
}

void DiskPlace::locate(Report& report) {
    disk_ = disk::open_disk(system_, subject_.target, disk::Access::read, image_options_);
    report.warnings.insert(report.warnings.end(), disk_.warnings.begin(), disk_.warnings.end());
    try {
        find_hive(report);
    } catch (const Error& error) {
        const bool in_use = disk_.refusal && disk_.refusal->code() == ErrorCode::in_use;
        if (in_use && may_come_of_use(error)) throw Error(*disk_.refusal);
        throw;
    }
}

void DiskPlace::find_hive(Report& report) {
    // First of all: what a cut leaves may hide the hive.
    commit::refuse_interrupted_commit(system_, subject_, *disk_.device, options_.backup_folder);
    options_.begins("looking for Windows");
    const disk::PartitionTable table = disk::read_partition_table(*disk_.device);
    const auto volumes = source::search_volumes(*disk_.device, table, options_.partition);
    report.warnings.insert(report.warnings.end(), table.warnings.begin(), table.warnings.end());
    const FoundWindows windows = choose_windows(
        volumes, {options_.partition, options_.windows_folder},
        {subject_.target, table.leaves_disk},
        [this](const FoundWindows& one) { return name_of_windows(*disk_.device, one); });
    range_ = windows.volume->partition.range;
    set_ = windows.volume->set;
    if (set_ && set_->is_whole) {
        report.warnings.push_back("the volume is " + set_->text +
                                  "; it lies on this disk alone, and may be written");
    }
    found_.path = subject_.target;
    found_.format = disk_.format;
    found_.confined = disk_.device->confined();
    found_.partition = windows.volume->partition.number;
    found_.offset = range_.offset;
    found_.size_bytes = range_.size_bytes;
    found_.label = windows.volume->label;
    found_.volume_id = windows.volume->volume_id;
    found_.hive = windows.hive;
    report.disk = found_;
    report.location = source::HiveLocation{
        source::TargetKind::disk, display_name(subject_.target, found_.partition, found_.hive)};
    volume_ = disk::NtfsVolume::open(*disk_.device, range_);
}

/// The qemu locks of one reader exclude a writer, so the disk that is open is closed first.
void DiskPlace::open_for_writing() {
    volume_.reset();
    disk_.device.reset();
    const auto read_from = disk_.identity;
    disk_ = disk::open_disk(system_, subject_.target, disk::Access::write, image_options_);
    if (disk_.identity != read_from) disk::throw_exchanged(subject_.target);
    volume_ = disk::NtfsVolume::open(*disk_.device, range_);
}

source::HiveFiles DiskPlace::read() {
    refuse_cut_write_on_volume(*volume_, found_.hive);
    if (const auto hive = volume_->find(found_.hive)) {
        require_memory_to_read(system_, hive->size_bytes);
    }
    return source::read_hive(*volume_, found_.hive);
}

std::unique_ptr<source::OpenHive> DiskPlace::open_beside(const std::string& name) {
    return source::open_beside(*volume_, found_.hive, name);
}

/// From what needs another way altogether to what only needs room.
void DiskPlace::require_writable(const Options& options, const source::HiveFiles& files,
                                 const hivex::Outline& outline) {
    if (disk_.refusal) throw Error(*disk_.refusal);
    if (set_ && !set_->is_whole) throw set_->refusal().path(subject_.target);
    disk::require_writable(*volume_);
    const auto file = volume_->find(found_.hive);
    if (file) disk::require_writable(*file);
    commit::require_room_for_backup(system_, backup_folder(options.backup_folder),
                                    outline.size_bytes() + journal_bytes);
    const Bytes image = outline.image();
    const PlannedWrite in_place = plan_in_files(files, image, recovery::Growth::forbidden, "");
    const disk::FileChange change = change_of(files, image, in_place, system_.now());
    disk::require_room_for_image(system_, disk_,
                                 disk::foresee_commit(*disk_.device, range_, change));
}

disk::FileChange DiskPlace::change_of(const source::HiveFiles& files, ByteView image,
                                      const PlannedWrite& in_place, std::uint64_t time) const {
    disk::FileChange change;
    change.path = found_.hive;
    change.before = files.primary;
    change.after = image;
    change.time = time;
    change.in_place = in_place.plan;
    change.in_place_files = {found_.hive};
    for (const std::string& log : commit::names_of_logs(in_place.files)) {
        change.in_place_files.push_back(os::join(os::folder_of(found_.hive), log));
    }
    return change;
}

PlannedWrite DiskPlace::plan(const source::HiveFiles& files, ByteView image, const Options&,
                             std::uint64_t time) {
    // The disk was read before it was opened for writing. plan_commit looks at the hive again; what
    // a log holds is in `image`, and a log may be written itself.
    source::require_same_logs(files.logs, source::read_logs(*volume_, found_.hive), found_.hive);
    PlannedWrite planned = plan_in_files(files, image, recovery::Growth::forbidden, "");
    const std::string why_in_place = planned.plan.why;
    disk::FileChange change = change_of(files, image, planned, time);
    planned.plan = disk::plan_commit(*disk_.device, range_, change);
    std::vector<Epoch>& hive_epochs = change.in_place.epochs;
    if (planned.plan.way == Way::runlist_switch) {
        planned.final_sequence.reset();
        hive_epochs = recovery::in_place_epochs({files.primary, {}}, image);
        planned.files = complete(hive_epochs, {files.primary, {}});
    } else {
        planned.plan.why += "; " + why_in_place;
        planned.files.resize(1);
    }
    if (writes_hive_alone(hive_epochs)) planned.hive_epochs = std::move(hive_epochs);
    return planned;
}

commit::DiskRecord DiskPlace::record() const {
    commit::DiskRecord record;
    record.format = found_.format;
    record.size_bytes = disk_.device->size_bytes();
    record.partition = found_.partition;
    record.volume = range_;
    record.volume_id = found_.volume_id;
    record.hive = found_.hive;
    return record;
}

commit::Committed DiskPlace::commit(const source::HiveFiles& files, const PlannedWrite& planned,
                                    const verify::VerifiedImage& image,
                                    commit::CommitOptions commit_options) {
    if (planned.plan.way == Way::in_place && commit_options.backup_folder.empty()) {
        refuse_backup_in_memory(system_, os::folder_of(subject_.stem), subject_.target);
    }
    commit_options.backup_folder = backup_folder(commit_options.backup_folder);
    volume_.reset();  // what it keeps in memory is about to be wrong
    commit::DiskMedium medium(*disk_.device);
    commit_options.confirm = [&] {
        require_hive(*disk_.device, range_, found_.hive, planned.files.front().after,
                     ErrorCode::io_error);
    };
    const os::File like = model(commit_options.backup_folder);
    const commit::Target target{system_, subject_, like, nullptr, &medium, nullptr};
    return commit::commit(target, planned.plan,
                          {files.primary, image, planned.files, record(), planned.hive_epochs},
                          commit_options);
}

void DiskPlace::write_output(const std::string& path, ByteView content) {
    // Of a disk that is no file, the folder says who may read what.
    const std::string model = subject_.is_file ? subject_.target : os::folder_of(path);
    commit::write_output(os::File::open(system_, model, {}), path, content);
}

}  // namespace

std::unique_ptr<HivePlace> find_on_disk(os::System& system, const Options& options,
                                        Report& report) {
    return std::make_unique<DiskPlace>(system, options, report);
}

}  // namespace nlafix::app
