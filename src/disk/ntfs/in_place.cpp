// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/ntfs/in_place.h"

#include <algorithm>
#include <optional>

#include "base/error.h"

namespace nlafix::disk {
namespace {

/// Why `epoch` cannot be translated; empty where it can.
std::string obstacle(const Epoch& epoch, const std::vector<NtfsFile>& files) {
    for (const Write& write : epoch.writes) {
        const NtfsFile& file = files.at(write.file);
        // Behind the initialized part the disk holds what an earlier file left.
        const std::uint64_t room = std::min(file.size_bytes, file.initialized_bytes);
        if (!range_is_inside(write.offset, write.after.size(), room)) {
            return file.path + " would have to grow";
        }
    }
    for (const Resize& resize : epoch.resizes) {
        const NtfsFile& file = files.at(resize.file);
        if (resize.after_bytes != file.size_bytes) return file.path + " would change its size";
    }
    return {};
}

}  // namespace

InPlace plan_in_place(NtfsVolume& ntfs, const std::vector<Epoch>& epochs,
                      const std::vector<std::string>& paths) {
    InPlace plan;
    if (epochs.empty()) {
        plan.why_not = "there is no way to overwrite it";
        return plan;
    }
    plan.files.resize(paths.size());
    for (const Epoch& epoch : epochs) {
        for (const FileIndex index : files_of(epoch)) {
            if (!plan.files.at(index).path.empty()) continue;
            const std::optional<NtfsFile> file = ntfs.find(paths.at(index));
            if (!file) {
                plan.why_not = "there is no " + paths.at(index);
                return plan;
            }
            plan.files[index] = *file;
            try {
                require_writable(*file);
            } catch (const Error& error) {
                plan.why_not = error.bare_message();
                return plan;
            }
        }
        plan.why_not = obstacle(epoch, plan.files);
        if (!plan.why_not.empty()) return plan;
    }
    return plan;
}

void stage_in_place(Staging& staging, const VolumeOnDisk& volume, const InPlace& plan,
                    const std::vector<Epoch>& epochs) {
    const VolumeOnDisk staged{staging.epoch(), volume.range, volume.geometry};
    for (const Epoch& epoch : epochs) {
        for (const Write& write : epoch.writes) {
            write_data(staged, plan.files.at(write.file).runs, write.offset, write.after);
        }
        staging.end_epoch(epoch.what);
    }
}

}  // namespace nlafix::disk
