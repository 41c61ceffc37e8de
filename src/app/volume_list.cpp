// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/volume_list.h"

#include <algorithm>
#include <new>
#include <utility>

#include "app/disk_target.h"
#include "app/next_command.h"
#include "app/session.h"
#include "disk/image/open_disk.h"
#include "disk/ntfs/ntfs_volume.h"
#include "disk/table/membership.h"
#include "disk/table/partition_table.h"
#include "os/paths.h"
#include "source/disk_hives.h"

namespace nlafix::app {
namespace {

using disk::ForeignContent;
using disk::Membership;
using disk::VolumeKind;
using Mounts = std::multimap<std::string, std::string>;

constexpr const char* esp_types[] = {"EF", "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"};
constexpr const char* recovery_types[] = {"27", "DE94BBA4-06D1-4D40-A16A-BFD50179D6AC"};
constexpr const char* reserved_type = "E3C9E316-0B5C-4DB8-817D-F92DF00215AE";

template <std::size_t Count>
bool is_one_of(const char* const (&types)[Count], const std::string& type) {
    return std::find(std::begin(types), std::end(types), type) != std::end(types);
}

std::optional<VolumeRole> role_of(Membership membership) {
    switch (membership) {
        case Membership::lvm: return VolumeRole::lvm_member;
        case Membership::md:
        case Membership::imsm:
        case Membership::ddf: return VolumeRole::raid_member;
        case Membership::ldm: return VolumeRole::ldm_member;
        case Membership::storage_spaces: return VolumeRole::storage_spaces_member;
        case Membership::none: break;
    }
    return std::nullopt;
}

/// Where the medium of a live system is mounted, whatever its file system is.
bool is_live_mount(const std::string& mount_point) {
    static constexpr const char* points[] = {"/run/live/medium",           "/lib/live/mount/medium",
                                             "/usr/lib/live/mount/medium", "/cdrom",
                                             "/run/archiso/bootmnt",       "/run/initramfs/live",
                                             "/run/miso/bootmnt",          "/media/root-ro",
                                             "/run/live/persistence"};
    return is_one_of(points, mount_point);
}

VolumeRole role_by_content(const source::DiskVolume& volume) {
    switch (volume.kind) {
        case VolumeKind::bitlocker:
        case VolumeKind::bitlocker_to_go: return VolumeRole::bitlocker;
        case VolumeKind::luks: return VolumeRole::luks;
        case VolumeKind::other: break;
        default: return VolumeRole::data;
    }
    switch (volume.foreign) {
        case ForeignContent::swap: return VolumeRole::swap;
        case ForeignContent::empty: return VolumeRole::empty;
        case ForeignContent::unknown: return VolumeRole::unknown;
        default: return VolumeRole::data;
    }
}

VolumeRole role_of(const source::DiskVolume& found, const Volume& volume) {
    const std::string& type = found.partition.type;
    if (!volume.windows.empty()) return VolumeRole::windows;
    if (const auto member = role_of(found.membership)) return *member;
    if (is_one_of(recovery_types, type)) return VolumeRole::recovery;
    if (is_one_of(esp_types, type)) return VolumeRole::esp;
    if (type == reserved_type) return VolumeRole::reserved;
    if (std::any_of(volume.mounted.begin(), volume.mounted.end(), is_live_mount)) {
        return VolumeRole::live_medium;
    }
    return role_by_content(found);
}

class Lister {
public:
    Lister(os::System& system, const ListTarget& target, const Mounts& mounts,
           const Options& options, const std::function<void(const Volume&)>& found)
        : system_(system), target_(target), mounts_(mounts), options_(options), found_(found) {}

    void list() {
        if (disk::looks_like_disk(system_, target_.path) || !target_.entry.path.empty()) {
            list_disk();
        } else {
            list_folder();
        }
    }

    Volume unreadable(const Error& error) const {
        Volume volume = base();
        const bool was_read = error.code() == ErrorCode::no_windows;
        volume.role = was_read ? VolumeRole::data : VolumeRole::unreadable;
        volume.error = error;
        volume.error->default_path(target_.path);
        volume.error->default_hint(
            "run it as root, and outside of a container; else look at the kernel's log (dmesg)");
        return volume;
    }

private:
    Volume base() const {
        Volume volume;
        volume.device = target_.path;
        volume.disk = target_.path;
        volume.size_bytes = target_.entry.size_bytes;
        volume.model = target_.entry.model;
        return volume;
    }

    /// A folder, or a hive alone.
    void list_folder() {
        Volume volume = base();
        volume.role = VolumeRole::windows;
        Report report = checked(target_.path, options_);
        if (report.error && !report.error->choices().empty()) {
            for (const WindowsChoice& choice : report.error->choices()) {
                add_hive(volume, checked(choice.hive, options_), choice.hive);
            }
            found_(volume);
            return;
        }
        // A file that was given alone is a Windows only if it is a hive.
        const auto& location = report.location;
        if (!location || (location->kind == source::TargetKind::hive && !report.hive)) {
            found_(unreadable(*report.error));
            return;
        }
        add_hive(volume, std::move(report), target_.path);
        found_(volume);
    }

    /// The hive that `report` is about, for a folder that holds it; `place` is the TARGET for it.
    void add_hive(Volume& volume, Report report, const std::string& place) const {
        InstalledWindows windows;
        windows.hive = report.location ? report.location->path : place;
        volume.file_system = os::file_system_of(system_, windows.hive).type;
        report.next = next_of(report, place, "");
        windows.report = std::move(report);
        volume.windows.push_back(std::move(windows));
    }

    void list_disk() {
        disk::OpenedDisk opened =
            disk::open_disk(system_, target_.path, disk::Access::read, image_options(options_));
        // A device without a medium, such as a loop device without a file.
        if (!target_.entry.path.empty() && opened.device->size_bytes() == 0) return;
        const disk::PartitionTable table = disk::read_partition_table(*opened.device);
        const Membership of_disk = disk::membership_of(*opened.device);
        const auto found = source::search_volumes(*opened.device, table);
        std::vector<std::pair<source::DiskVolume, Volume>> volumes;
        for (const source::DiskVolume& one : found) {
            volumes.emplace_back(one, describe(one, opened));
            if (of_disk != Membership::none) volumes.back().first.membership = of_disk;
            look_at_state(*opened.device, volumes.back().second, one.kind);
        }
        opened.device.reset();  // a check opens it anew
        std::size_t live = 0;
        for (const source::DiskVolume& one : found) {
            live += static_cast<std::size_t>(
                std::count_if(one.hives.begin(), one.hives.end(),
                              [](const source::DiskHive& hive) { return !hive.set_aside; }));
        }
        for (auto& [one, volume] : volumes) {
            if (is_package(one)) continue;
            check_all(one, volume, live > 1);
            volume.role = role_of(one, volume);
            volume.file_system = source::content_of(one);
            if (volume.windows.empty()) volume.next = way_in(volume);
            if (volume.error && volume.role != VolumeRole::windows) {
                volume.role = VolumeRole::unreadable;
            }
            found_(volume);
        }
    }

    /// A loop device with a package of the system that runs, such as a snap.
    bool is_package(const source::DiskVolume& one) const {
        return target_.entry.path.starts_with("/dev/loop") &&
               one.foreign == ForeignContent::squashfs;
    }

    Volume describe(const source::DiskVolume& one, const disk::OpenedDisk& opened) const {
        Volume volume = base();
        volume.format = opened.format;
        volume.partition = one.partition.number;
        volume.offset = one.partition.range.offset;
        volume.size_bytes = one.partition.range.size_bytes;
        volume.label = one.label.empty() ? one.partition.label : one.label;
        volume.error = one.error;
        const auto part = target_.entry.partitions.find(one.partition.number);
        if (part != target_.entry.partitions.end()) volume.device = part->second;
        const auto holders = target_.entry.holders.find(volume.device);
        if (holders != target_.entry.holders.end()) volume.holders = holders->second;
        std::string absolute = volume.device;
        static_cast<void>(system_.real_path(volume.device, absolute));
        const auto [first, last] = mounts_.equal_range(absolute);
        for (auto mount = first; mount != last; ++mount) volume.mounted.push_back(mount->second);
        return volume;
    }

    static void look_at_state(disk::BlockDevice& device, Volume& volume, VolumeKind kind) {
        if (kind != VolumeKind::ntfs || volume.error) return;
        try {
            const disk::DiskRange range{volume.offset, volume.size_bytes};
            const disk::NtfsState state = disk::NtfsVolume::open(device, range).state();
            volume.hibernated = state.hibernated;
            volume.dirty = state.marked_dirty || state.journal_open;
        } catch (const Error& error) {
            volume.error = error;
        }
    }

    void check_all(const source::DiskVolume& one, Volume& volume, bool several_on_disk) {
        for (const source::DiskHive& hive : one.hives) {
            InstalledWindows windows;
            windows.hive = hive.path;
            windows.set_aside = hive.set_aside;
            if (!hive.set_aside) check(windows, volume, several_on_disk, one.hives.size() > 1);
            volume.windows.push_back(std::move(windows));
        }
    }

    void check(InstalledWindows& windows, const Volume& volume, bool several_on_disk,
               bool several_on_volume) {
        Options options = options_;
        options.partition = volume.partition;
        std::string words;
        if (several_on_volume) {
            options.windows_folder = windows.hive.substr(0, windows.hive.find('/'));
            words += " --windows " + quoted_for_shell(options.windows_folder);
        }
        windows.report = checked(volume.disk, options);
        std::string place = volume.device;
        if (!volume.mounted.empty()) {
            place = volume.mounted.front();
        } else if (several_on_disk && volume.device == volume.disk && volume.partition != 0) {
            words += " --partition " + std::to_string(volume.partition);
        }
        windows.report.next = next_of(windows.report, place, words);
    }

    /// Of one that cannot be judged, or that fix will refuse, check says why.
    std::string next_of(const Report& report, const std::string& place,
                        const std::string& words) const {
        if (report.outcome == Outcome::failed || report.fix_refuses) {
            return "nlafix check" + words + ' ' + quoted_for_shell(place);
        }
        Options given = options_;
        given.partition.reset();
        return next_command(report, place, words_of(given) + words);
    }

    Report checked(const std::string& path, Options options) {
        options.strict = true;
        return Session(system_, [] { return false; }).run(Command::check, path, options);
    }

    os::System& system_;
    const ListTarget& target_;
    const Mounts& mounts_;
    const Options& options_;
    const std::function<void(const Volume&)>& found_;
};

}  // namespace

std::string_view word_of(VolumeRole role) {
    switch (role) {
        case VolumeRole::windows: return "windows";
        case VolumeRole::esp: return "esp";
        case VolumeRole::reserved: return "reserved";
        case VolumeRole::recovery: return "recovery";
        case VolumeRole::bitlocker: return "bitlocker";
        case VolumeRole::luks: return "luks";
        case VolumeRole::lvm_member: return "lvm-member";
        case VolumeRole::raid_member: return "raid-member";
        case VolumeRole::ldm_member: return "ldm-member";
        case VolumeRole::storage_spaces_member: return "storage-spaces-member";
        case VolumeRole::swap: return "swap";
        case VolumeRole::live_medium: return "live-medium";
        case VolumeRole::empty: return "empty";
        case VolumeRole::data: return "data";
        case VolumeRole::unreadable: return "unreadable";
        case VolumeRole::unknown: break;
    }
    return "unknown";
}

void list_volumes(os::System& system, const ListTarget& target, const Mounts& mounts,
                  const Options& options, const std::function<void(const Volume&)>& found) {
    Lister lister(system, target, mounts, options, found);
    try {
        lister.list();
    } catch (const Error& error) {
        found(lister.unreadable(error));
    } catch (const std::bad_alloc&) {
        found(lister.unreadable(Error(ErrorCode::io_error, "not enough memory")));
    }
}

}  // namespace nlafix::app
