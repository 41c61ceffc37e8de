// SPDX-License-Identifier: GPL-2.0-or-later
// What a fix replaced, put back: in a folder or on a disk, the stages are the same.
#include <memory>
#include <optional>

#include "app/backups.h"
#include "app/disk_target.h"
#include "app/hive_place.h"
#include "app/other_machine.h"
#include "app/session.h"
#include "commit/disk_medium.h"
#include "commit/file_medium.h"
#include "commit/hive_lock.h"
#include "commit/interrupted.h"
#include "commit/undo.h"
#include "disk/image/nbd_device.h"
#include "disk/image/open_disk.h"
#include "disk/ntfs/ntfs_volume.h"
#include "disk/ntfs/own_places.h"
#include "disk/overlay_device.h"
#include "os/file.h"
#include "os/paths.h"
#include "source/find_hive.h"
#include "source/read_hive.h"

namespace nlafix::app {
namespace {

/// Where the hive of a backup lies, opened for writing and locked.
class UndoPlace {
public:
    UndoPlace() = default;
    UndoPlace(const UndoPlace&) = delete;
    UndoPlace& operator=(const UndoPlace&) = delete;
    virtual ~UndoPlace() = default;

    virtual commit::Target target() = 0;
    /// Those of the backup's epochs that belong to this place.
    virtual const std::vector<Epoch>& epochs() const = 0;
    /// Throws Error(hive_changed) unless these epochs lead to the hive of the backup, seen in
    /// memory: a backup may come from a hostile disk.
    virtual void require_way_back(const std::vector<Epoch>& back) = 0;
    virtual void require_writable() = 0;
    virtual void confirm() = 0;
    /// The hive as it is. Throws Error.
    virtual Bytes hive_now() = 0;
};

/// The log that a fix on a disk wrote lies in its undo journal alone: with the hive put back and
/// the log not, the entry in it would bring the edit back one day.
void refuse_without_logs(const commit::Journal& journal) {
    if (!journal.disk || !journal.hive_epochs.empty()) return;
    throw Error(ErrorCode::hive_changed,
                "this fix has written a log as well, which only an undo on the disk puts back")
        .hint("unmount the volume, and give the disk or image with --target");
}

class UndoInFolder final : public UndoPlace {
public:
    UndoInFolder(os::System& system, const commit::LoadedBackup& backup, const std::string& path,
                 bool dry_run)
        : system_(system),
          backup_(backup),
          folder_(system, os::folder_of(path)),
          subject_{path, path, true},
          file_(commit::open_locked(system, path)) {
        const commit::Journal& journal = backup.journal;
        const auto interrupted = commit::find_interrupted_write(system, path);
        if (interrupted && os::name_of(*interrupted) != os::name_of(backup.paths.manifest)) {
            commit::refuse_interrupted_write(system, path);
        }
        refuse_hibernation(system, path);
        if (file_.status().kind != os::FileKind::regular) {
            throw Error(ErrorCode::not_a_hive, "is no regular file")
                .path(path)
                .hint("say where the hive is with --target");
        }
        if (journal.way == Way::replace && !dry_run) {
            const std::string name = os::name_of(backup.paths.copy);
            replacement_ = commit::Replacement::begin(
                file_, os::join(os::folder_of(path), name.substr(0, name.rfind('.')) + ".tmp"));
        }
        medium_.emplace(file_, commit::names_of_logs(journal.files),
                        replacement_ || dry_run ? disk::Access::read : disk::Access::write);
    }

    commit::Target target() override {
        return {system_, subject_,  file_,
                &file_,  &*medium_, replacement_ ? &*replacement_ : nullptr};
    }
    const std::vector<Epoch>& epochs() const override {
        return backup_.journal.disk ? backup_.journal.hive_epochs : backup_.journal.epochs;
    }
    void require_way_back(const std::vector<Epoch>& back) override {
        const auto& files = backup_.journal.files;
        std::vector<Bytes> contents;
        for (FileIndex i = 0; i < files.size(); ++i) {
            contents.push_back(medium_->file(i).read_all(source::most_hive_bytes));
        }
        for (const Epoch& epoch : back) apply_epoch(epoch, contents);
        for (FileIndex i = 0; i < files.size(); ++i) {
            if (commit::fingerprint_of(contents[i]) == files[i].before) continue;
            commit::throw_changed_since(medium_->file(i).path(), backup_);
        }
    }
    void require_writable() override {}
    void confirm() override {
        const std::vector<os::FileIdentity> written =
            replacement_ ? std::vector{replacement_->identity()} : medium_->identities();
        commit::confirm_files(file_, written, backup_.journal.files, &commit::JournalFile::before);
    }
    Bytes hive_now() override { return file_.read_all(source::most_hive_bytes); }

private:
    os::System& system_;
    const commit::LoadedBackup& backup_;
    os::HeldFolder folder_;
    commit::Subject subject_;
    os::File file_;
    std::optional<commit::Replacement> replacement_;
    std::optional<commit::FileMedium> medium_;
};

class UndoOnDisk final : public UndoPlace {
public:
    UndoOnDisk(os::System& system, const commit::LoadedBackup& backup, const std::string& target,
               const Options& options)
        : system_(system),
          backup_(backup),
          subject_(subject_of_disk(system, target)),
          folder_(hold_folder_of(system, subject_)),
          record_(*backup.journal.disk),
          model_(os::File::open_itself(
              system, subject_.is_file ? subject_.target : os::folder_of(backup.paths.copy))) {
        disk::ImageOptions image = image_options(options);
        if (!image.format) image.format = disk::image_format_of(record_.format);
        opened_ = disk::open_disk(
            system, target, options.dry_run ? disk::Access::read : disk::Access::write, image);
        medium_.emplace(*opened_.device);
        if (opened_.device->size_bytes() == record_.size_bytes) return;
        throw Error(ErrorCode::hive_changed, "is not the disk that was fixed: it has another size")
            .path(subject_.target)
            .hint("give the right disk with --target");
    }

    commit::Target target() override {
        return {system_, subject_, model_, nullptr, &*medium_, nullptr};
    }
    const std::vector<Epoch>& epochs() const override { return backup_.journal.epochs; }
    void require_way_back(const std::vector<Epoch>& back) override {
        disk::OverlayDevice overlay(*opened_.device);
        for (const Epoch& epoch : back) {
            for (const Write& write : epoch.writes) overlay.write(write.after, write.offset);
        }
        require(overlay, backup_.journal.before(), ErrorCode::hive_changed);
        if (back.empty()) return;
        disk::OverlayDevice after(static_cast<disk::BlockDevice&>(overlay));
        for (const Epoch& epoch : epochs()) {
            for (const Write& write : epoch.writes) after.write(write.after, write.offset);
        }
        std::vector<std::string> logs;
        logs.reserve(source::log_suffixes.size());
        for (const std::string_view suffix : source::log_suffixes) {
            logs.push_back(record_.hive + std::string(suffix));
        }
        disk::require_own_places(*opened_.device, overlay, after, record_.volume, record_.hive,
                                 logs, epochs());
    }
    void require_writable() override {
        require(*opened_.device, backup_.journal.after(), ErrorCode::hive_changed);
        disk::NtfsVolume volume = disk::NtfsVolume::open(*opened_.device, record_.volume);
        disk::require_writable(volume);
    }
    void confirm() override {
        require(*opened_.device, backup_.journal.before(), ErrorCode::io_error);
    }
    Bytes hive_now() override {
        return disk::NtfsVolume::open(*opened_.device, record_.volume)
            .read_file(record_.hive, source::most_hive_bytes);
    }

    void describe(Report& report) const {
        report.location =
            source::HiveLocation{source::TargetKind::disk,
                                 display_name(subject_.target, record_.partition, record_.hive)};
        report.disk =
            DiskReport{subject_.target,
                       record_.format,
                       record_.partition,
                       record_.volume.offset,
                       record_.volume.size_bytes,
                       "",
                       record_.volume_id,
                       record_.hive,
                       opened_.device ? opened_.device->confined() : std::vector<std::string>()};
    }

private:
    void require(disk::BlockDevice& on, const commit::Fingerprint& hive, ErrorCode code) const {
        require_hive(on, record_.volume, record_.hive, hive, code);
    }

    os::System& system_;
    const commit::LoadedBackup& backup_;
    commit::Subject subject_;
    std::optional<os::HeldFolder> folder_;
    const commit::DiskRecord& record_;
    os::File model_;
    disk::OpenedDisk opened_;
    std::optional<commit::DiskMedium> medium_;
};

std::string target_of(os::System& system, const commit::LoadedBackup& backup,
                      const Options& options) {
    if (!options.undo_target.empty()) return options.undo_target;
    commit::require_trusted(system, backup);
    const std::string& target = backup.journal.target;
    return disk::is_nbd_uri(target) ? target : commit::target_of(system, backup);
}

std::unique_ptr<UndoPlace> open_place(os::System& system, const commit::LoadedBackup& backup,
                                      const Options& options, Report& report) {
    const std::string target = target_of(system, backup, options);
    // A volume that was mounted since is a folder.
    if (backup.journal.disk &&
        (options.undo_target.empty() || disk::looks_like_disk(system, target))) {
        auto place = std::make_unique<UndoOnDisk>(system, backup, target, options);
        place->describe(report);
        return place;
    }
    refuse_without_logs(backup.journal);
    report.location = options.undo_target.empty()
                          ? source::HiveLocation{source::TargetKind::hive, target}
                          : source::find_hive(system, target);
    return std::make_unique<UndoInFolder>(system, backup, report.location->path, options.dry_run);
}

/// Throws the better error where what lies there was never what this backup is of.
void refuse_other_machine(UndoPlace& place, const commit::LoadedBackup& backup) {
    std::optional<std::string> sign;
    try {
        sign = sign_of_other_machine(place.hive_now(), backup.before);
    } catch (const Error&) {
        return;  // what cannot be read says nothing
    }
    if (!sign) return;
    throw Error(ErrorCode::hive_changed, "is the hive of another machine: " + *sign)
        .path(place.target().subject.target)
        .hint("name the disk or hive that was fixed with --target");
}

}  // namespace

void Session::undo(Report& report, const Options& options) {
    if (commit::has_backup_suffix(report.target) || !options.undo_target.empty()) {
        put_back(report.target, report, options);
        return;
    }
    options.begins("looking for its backup");
    Options here = options;
    here.undo_target = report.target;
    put_back(find_backup_of(*this, system_, report.target, options), report, here);
}

void Session::put_back(const std::string& copy_or_manifest, Report& report,
                       const Options& options) {
    const commit::LoadedBackup backup = commit::load_backup(system_, copy_or_manifest);
    report.backup = backup.paths.copy;
    const std::unique_ptr<UndoPlace> place = open_place(system_, backup, options, report);
    options.begins("putting the original back");
    commit::UndoOptions undo_options;
    undo_options.was_interrupted = was_interrupted_;
    undo_options.dry_run = options.dry_run;
    undo_options.require_way_back = [&](const auto& back) { place->require_way_back(back); };
    undo_options.require_writable = [&] { place->require_writable(); };
    undo_options.confirm = [&] { place->confirm(); };
    commit::UndoResult result;
    try {
        result = commit::undo(place->target(), backup, place->epochs(), undo_options);
    } catch (const Error& error) {
        if (error.code() == ErrorCode::hive_changed) refuse_other_machine(*place, backup);
        throw;
    }
    report.warnings = result.warnings;
    if (options.dry_run) {
        report.outcome = result.changed ? Outcome::change_needed : Outcome::nothing_to_do;
        return;
    }
    report.outcome = Outcome::restored;
    report.changed = result.changed;
    report.verified = true;
    if (!result.changed) return;
    report.method = word_of(result.way);
    if (result.way != Way::replace) report.effort = result.effort;
}

}  // namespace nlafix::app
