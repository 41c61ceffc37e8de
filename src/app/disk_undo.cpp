// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/disk_undo.h"

#include "app/disk_target.h"
#include "commit/disk_store.h"
#include "disk/ntfs/carry_out.h"
#include "disk/ntfs/ntfs_volume.h"
#include "disk/overlay_device.h"

namespace nlafix::app {
namespace {

DiskReport report_of(const commit::DiskRecord& record, const std::string& path) {
    DiskReport report;
    report.path = path;
    report.format = record.format;
    report.partition = record.partition;
    report.offset = record.volume.offset;
    report.size_bytes = record.volume.size_bytes;
    report.volume_id = record.volume_id;
    report.hive = record.hive;
    return report;
}

/// The disk that a backup belongs to, or --target.
std::string undo_target(os::System& system, const commit::LoadedBackup& backup,
                        const Options& options) {
    if (!options.undo_target.empty()) return options.undo_target;
    const std::string& target = backup.manifest.target;
    return disk::is_nbd_uri(target) ? target : commit::target_of(system, backup);
}

}  // namespace

bool is_undo_of_disk(os::System& system, const commit::LoadedBackup& backup,
                     const Options& options) {
    return backup.manifest.disk &&
           (options.undo_target.empty() || disk::looks_like_disk(system, options.undo_target));
}

void undo_on_disk(os::System& system, const commit::LoadedBackup& backup, const Options& options,
                  const std::function<bool()>& was_interrupted, Report& report) {
    const commit::DiskRecord& record = *backup.manifest.disk;
    const std::string target = undo_target(system, backup, options);
    const commit::DiskName name = commit::name_of_disk(system, target);
    report.location = source::HiveLocation{
        source::TargetKind::disk, display_name(name.target, record.partition, record.hive)};
    report.disk = report_of(record, name.target);
    disk::ImageOptions image = image_options(options);
    if (!image.format) image.format = disk::image_format_of(record.format);
    const disk::OpenedDisk opened = disk::open_disk(system, target, disk::Access::write, image);
    disk::BlockDevice& device = *opened.device;
    options.begins("putting the original back");
    const auto require = [&](disk::BlockDevice& on, ByteView hive, ErrorCode code) {
        require_hive(on, record.volume, record.hive, hive, code);
    };
    commit::UndoChecks checks;
    checks.is_as_left = [&] {
        require(device, backup.after, ErrorCode::hive_changed);
        disk::NtfsVolume volume = disk::NtfsVolume::open(device, record.volume);
        disk::require_writable(volume);
    };
    // A backup may come from a hostile disk: what it puts back has to be the hive that lies in it.
    checks.leads_back = [&] {
        disk::OverlayDevice overlay(device);
        for (const disk::DiskEpoch& epoch : disk::reversed(record.plan.epochs)) {
            for (const disk::DiskWrite& write : epoch.writes) {
                overlay.write(write.after, write.offset);
            }
        }
        require(overlay, backup.before, ErrorCode::hive_changed);
    };
    checks.is_put_back = [&] { require(device, backup.before, ErrorCode::io_error); };
    const commit::UndoResult result =
        commit::undo_on_disk(system, name, device, backup, checks, was_interrupted);
    report.warnings = result.warnings;
    report.outcome = Outcome::restored;
    report.changed = result.changed;
    report.verified = true;
    if (result.changed) report.method = commit::word_of(record.plan.method);
}

}  // namespace nlafix::app
