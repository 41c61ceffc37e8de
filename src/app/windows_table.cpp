// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/windows_table.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "disk/image/image_kinds.h"
#include "os/path_syntax.h"

namespace nlafix::app {
namespace {

using source::DiskHive;
using source::DiskVolume;

std::string partition_text(const DiskVolume& volume) {
    if (volume.partition.number == 0) return "the whole disk";
    return "partition " + std::to_string(volume.partition.number);
}

std::string row(const DiskVolume& volume) {
    std::string text = partition_text(volume) + " (" + size_text(volume.partition.range.size_bytes);
    const std::string& label = volume.label.empty() ? volume.partition.label : volume.label;
    if (!label.empty()) text += ", " + quoted(label);
    return text + ", " + source::content_of(volume) + ")";
}

std::string table(const std::vector<DiskVolume>& volumes) {
    std::string text;
    for (const DiskVolume& volume : volumes) text += (text.empty() ? "" : "; ") + row(volume);
    return text.empty() ? "no partition" : text;
}

bool is_encrypted(const DiskVolume& volume) {
    return volume.kind == disk::VolumeKind::bitlocker ||
           volume.kind == disk::VolumeKind::bitlocker_to_go;
}

[[noreturn]] void throw_encrypted(const DiskVolume& volume, const std::string& disk) {
    throw Error(ErrorCode::bitlocker, row(volume) + " is encrypted")
        .path(disk)
        .hint(
            "unlock it with its recovery key (dislocker, cryptsetup bitlkOpen, or manage-bde on a "
            "Windows), then give the unlocked volume as TARGET");
}

/// "Windows" of "Windows/System32/config/SYSTEM".
std::string folder_of(const std::string& hive) {
    return hive.substr(0, hive.find('/'));
}

bool is_wanted(const DiskVolume& volume, const WantedWindows& wanted) {
    return !wanted.partition || volume.partition.number == *wanted.partition;
}

enum class Kind { live, lost, set_aside };

Kind kind_of(const DiskHive& hive) {
    if (hive.is_lost) return Kind::lost;
    return hive.set_aside ? Kind::set_aside : Kind::live;
}

std::vector<FoundWindows> windows_on(const std::vector<DiskVolume>& volumes, Kind kind) {
    std::vector<FoundWindows> found;
    for (const DiskVolume& volume : volumes) {
        for (const DiskHive& hive : volume.hives) {
            if (kind_of(hive) == kind) found.push_back({&volume, hive.path});
        }
    }
    return found;
}

/// Those that may be meant: what the user names, else what boots, else what should.
std::vector<FoundWindows> candidates(const std::vector<DiskVolume>& volumes,
                                     const WantedWindows& wanted) {
    std::vector<FoundWindows> found;
    const auto add = [&](Kind kind) {
        for (const FoundWindows& windows : windows_on(volumes, kind)) {
            if (is_wanted(*windows.volume, wanted)) found.push_back(windows);
        }
    };
    add(Kind::live);
    if (found.empty() || !wanted.folder.empty()) add(Kind::lost);
    if (!wanted.folder.empty()) add(Kind::set_aside);
    return found;
}

/// Leaves those of `found` that lie in `folder`, of which there has to be one.
void keep_folder(std::vector<FoundWindows>& found, const std::string& folder,
                 const std::string& disk) {
    std::string there;
    for (const FoundWindows& windows : found) {
        there += (there.empty() ? "" : ", ") + folder_of(windows.hive);
    }
    std::erase_if(found, [&](const FoundWindows& windows) {
        return !equal_ignoring_ascii_case(folder_of(windows.hive), std::string_view(folder));
    });
    if (!found.empty()) return;
    throw Error(ErrorCode::no_windows, "holds no Windows in a folder \"" + folder + '"')
        .path(disk)
        .hint("those with a Windows are: " + there);
}

/// The options that tell `windows` from all others; `on_volume` of them are on its volume.
std::string options_for(const FoundWindows& windows, std::size_t on_volume, bool one_volume) {
    std::string options;
    if (!one_volume) {
        options = "--partition " + std::to_string(windows.volume->partition.number);
    }
    if (on_volume == 1) return options;
    return options + (options.empty() ? "" : " ") + "--windows " +
           os::shell_quoted(folder_of(windows.hive));
}

[[noreturn]] void throw_several(const std::vector<FoundWindows>& found, const std::string& disk,
                                const NameOfWindows& name_of) {
    std::map<const DiskVolume*, std::size_t> counts;
    for (const FoundWindows& windows : found) ++counts[windows.volume];
    const bool one_volume = counts.size() == 1;
    std::vector<WindowsChoice> choices;
    choices.reserve(found.size());
    for (const FoundWindows& windows : found) {
        choices.push_back({windows.volume->partition.number, windows.hive, row(*windows.volume),
                           name_of(windows),
                           options_for(windows, counts[windows.volume], one_volume)});
    }
    throw Error(ErrorCode::several_windows, "holds more than one Windows")
        .path(disk)
        .hint(one_volume ? "choose one with --windows and the name of its folder"
                         : "choose one with --partition")
        .choices(std::move(choices));
}

/// Why there is no Windows at all.
[[noreturn]] void throw_none(const std::vector<DiskVolume>& volumes, const DiskWords& disk) {
    for (const DiskVolume& volume : volumes) {
        if (is_encrypted(volume)) throw_encrypted(volume, disk.path);
    }
    for (const DiskVolume& volume : volumes) {
        if (!volume.set || volume.set->is_whole) continue;
        throw Error(ErrorCode::pool_member, "holds no Windows that shows: " + table(volumes))
            .path(disk.path)
            .hint(volume.set->hint);
    }
    for (const DiskVolume& volume : volumes) {
        if (!volume.error) continue;
        Error error = *volume.error;
        error.default_path(disk.path + ", " + partition_text(volume));
        throw Error(std::move(error));
    }
    const std::vector<FoundWindows> old = windows_on(volumes, Kind::set_aside);
    if (!old.empty()) {
        throw Error(ErrorCode::no_windows,
                    "holds no live Windows, only what was set aside: " + old.front().hive)
            .path(disk.path)
            .hint("choose it, if it is the one you mean: --windows " +
                  os::shell_quoted(folder_of(old.front().hive)));
    }
    if (disk.is_cut) {
        throw Error(
            ErrorCode::malformed_disk,
            "ends before its partitions do, and what there is holds no Windows: " + table(volumes))
            .path(disk.path)
            .hint(nlafix::disk::hint_for_cut_disk());
    }
    const bool has_luks = std::ranges::any_of(volumes, [](const DiskVolume& volume) {
        return volume.kind == nlafix::disk::VolumeKind::luks;
    });
    throw Error(ErrorCode::no_windows, "holds no Windows: " + table(volumes))
        .path(disk.path)
        .hint(has_luks
                  ? "unlock it (cryptsetup open), then give the device below /dev/mapper as TARGET"
                  : "look whether this is the system disk");
}

}  // namespace

FoundWindows choose_windows(const std::vector<DiskVolume>& volumes, const WantedWindows& wanted,
                            const DiskWords& disk, const NameOfWindows& name_of) {
    std::vector<DiskVolume> chosen;
    std::ranges::copy_if(volumes, std::back_inserter(chosen),
                         [&](const DiskVolume& volume) { return is_wanted(volume, wanted); });
    if (wanted.partition && chosen.empty()) {
        throw Error(ErrorCode::no_partition,
                    "has no partition " + std::to_string(*wanted.partition) + ": " + table(volumes))
            .path(disk.path)
            .hint("give the number that the partition table has for it");
    }
    std::vector<FoundWindows> found = candidates(volumes, wanted);
    if (!found.empty() && !wanted.folder.empty()) keep_folder(found, wanted.folder, disk.path);
    if (found.size() == 1) return found.front();
    if (!found.empty()) throw_several(found, disk.path, name_of);
    throw_none(chosen, disk);
}

}  // namespace nlafix::app
