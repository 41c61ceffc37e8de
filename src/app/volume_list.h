// SPDX-License-Identifier: GPL-2.0-or-later
// What the volumes of a disk, an image or a folder are, where Windows is, and what to do next.
// Owns: what a volume is called, the check of each Windows, the next command line.
// Never: opens anything for writing, or knows what is printed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/options.h"
#include "app/report.h"
#include "base/error.h"
#include "os/block_devices.h"
#include "os/system.h"

namespace nlafix::app {

/// What a volume is. Its word is part of the JSON contract.
enum class VolumeRole {
    windows,
    esp,
    reserved,
    recovery,
    bitlocker,
    luks,
    lvm_member,
    raid_member,
    ldm_member,
    storage_spaces_member,
    swap,
    live_medium,
    empty,
    data,
    unknown,
    unreadable
};
/// "windows", "esp", "lvm-member", ...
std::string_view word_of(VolumeRole role);

/// One Windows on a volume.
struct InstalledWindows {
    std::string hive;        // path in the volume, or of the file
    bool set_aside = false;  // by an upgrade: it never boots, and is not checked
    Report report;           // of check --strict
};

struct Volume {
    std::string device;           // the TARGET that means it: a device, an image or a folder
    std::string disk;             // the disk or image that it is on
    std::uint32_t partition = 0;  // 0: all of the disk
    std::uint64_t offset = 0;
    std::uint64_t size_bytes = 0;
    std::string format;  // of the image; "raw" for a device
    std::string model;
    std::string file_system;  // for a person
    std::string label;
    VolumeRole role = VolumeRole::unknown;
    std::vector<std::string> mounted;  // mount points
    std::vector<std::string> holders;  // what is built on it: "md0"
    bool hibernated = false;
    bool dirty = false;  // Windows has to check it, or to close its journal
    std::vector<InstalledWindows> windows;
    std::string next;  // where there is no Windows to check: how to get at it; or empty
    std::optional<Error> error;
};

/// Something to list.
struct ListTarget {
    std::string path;
    os::DiskEntry entry;  // what the machine says of it; empty for a TARGET of the user's
};

/// Looks at every volume of `target` and gives each to `found` when it is known. Throws nothing:
/// what cannot be read is a volume with an error.
void list_volumes(os::System& system, const ListTarget& target,
                  const std::multimap<std::string, std::string>& mounts, const Options& options,
                  const std::function<void(const Volume&)>& found);

}  // namespace nlafix::app
