// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/disk_hives.h"

#include <cstdio>

#include "regf/base_block.h"
#include "source/find_hive.h"
#include "source/log_budget.h"
#include "source/not_a_hive.h"

namespace nlafix::source {
namespace {

// A root folder has some dozens; one with more was made to be slow.
constexpr std::size_t most_root_folders = 4096;

std::string hex_id(std::uint64_t serial) {
    char text[17];
    std::snprintf(text, sizeof text, "%016llX", static_cast<unsigned long long>(serial));
    return text;
}

std::string hive_path_in(const std::string& folder) {
    std::string path = folder;
    for (const std::string_view part : hive_below_windows) path += "/" + std::string(part);
    return path;
}

/// A Windows without its SYSTEM; nothing where there is no folder for it either.
std::optional<DiskHive> lost_hive_of(disk::NtfsVolume& volume, const std::string& folder) {
    if (is_set_aside(folder)) return std::nullopt;
    const std::string path = hive_path_in(folder);
    try {
        const auto config = volume.find(path.substr(0, path.rfind('/')));
        if (config && config->is_folder) return DiskHive{path, false, true};
    } catch (const Error& error) {
        if (error.code() != ErrorCode::link_leads_out) throw;
    }
    return std::nullopt;
}

/// Nothing where the folder is that of no Windows. A file that cannot be read is a hive: the
/// command that wants it says why.
std::optional<DiskHive> hive_of(disk::NtfsVolume& volume, const std::string& folder) {
    try {
        const auto file = volume.find(hive_path_in(folder));
        const bool is_hive =
            file && !file->is_folder && regf::has_hive_signature(volume.read_head(file->path, 4));
        if (is_hive) return DiskHive{file->path, is_set_aside(folder)};
        return lost_hive_of(volume, folder);
    } catch (const Error& error) {
        if (error.code() == ErrorCode::link_leads_out) return lost_hive_of(volume, folder);
        if (error.code() == ErrorCode::unreadable_file) {
            return DiskHive{hive_path_in(folder), is_set_aside(folder)};
        }
        throw;
    }
}

void search(disk::BlockDevice& device, DiskVolume& found) {
    try {
        disk::NtfsVolume volume = disk::NtfsVolume::open(device, found.partition.range);
        found.label = volume.label();
        found.volume_id = hex_id(volume.serial());
        std::size_t folders = 0;
        for (const disk::NtfsEntry& entry : volume.list("")) {
            if (!entry.is_folder || ++folders > most_root_folders) continue;
            if (auto hive = hive_of(volume, entry.name)) found.hives.push_back(*std::move(hive));
        }
    } catch (const Error& error) {
        found.error = error;
    }
}

std::uint64_t stored_bytes(disk::NtfsVolume& volume, const disk::NtfsFile& file) {
    if (file.resident) return file.size_bytes;
    std::uint64_t clusters = 0;
    for (const disk::ClusterRun& run : file.runs) {
        if (run.first != disk::ClusterRun::hole) clusters += run.count;
    }
    return clusters * volume.geometry().cluster_bytes;
}

recovery::LogFile read_log(disk::NtfsVolume& volume, const disk::NtfsFile& file,
                           LogBudget& budget) {
    recovery::LogFile log;
    log.name = file.path.substr(file.path.rfind('/') + 1);
    try {
        log.error = budget.refusal_of(file.size_bytes, stored_bytes(volume, file));
        if (log.error.empty()) log.bytes = volume.read_file(file.path, file.size_bytes);
    } catch (const Error& error) {
        log.error = error.message();
    }
    return log;
}

class OpenHiveOnDisk final : public OpenHive {
public:
    OpenHiveOnDisk(disk::NtfsVolume& volume, const std::string& path)
        : volume_(volume), path_(path), data_(volume.open_file(path)) {}

    std::uint64_t size_bytes() const override { return data_->size_bytes(); }
    void read(MutableByteView into, std::uint64_t offset) override { data_->read(into, offset); }
    std::vector<recovery::LogFile> read_logs() override {
        return source::read_logs(volume_, path_);
    }

private:
    disk::NtfsVolume& volume_;
    std::string path_;
    std::unique_ptr<ByteSource> data_;
};

}  // namespace

std::string content_of(const DiskVolume& volume) {
    std::string text(disk::name_of(volume.membership));
    std::string_view content = disk::name_of(volume.kind);
    if (volume.kind == disk::VolumeKind::other) {
        content = disk::name_of(volume.foreign);
        if (content.empty() && !text.empty()) return text;
        if (volume.foreign == disk::ForeignContent::empty) content = "empty";
        if (content.empty()) content = "unknown";
    }
    return std::string(content) + (text.empty() ? "" : ", " + text);
}

std::vector<DiskVolume> search_volumes(disk::BlockDevice& device, const disk::PartitionTable& table,
                                       std::optional<std::uint32_t> only) {
    const bool has_it = std::ranges::any_of(
        table.partitions, [only](const auto& partition) { return partition.number == only; });
    std::vector<DiskVolume> volumes;
    for (const disk::Partition& partition : table.partitions) {
        if (has_it && partition.number != only) continue;
        DiskVolume volume;
        volume.partition = partition;
        try {
            volume.kind = disk::volume_kind_at(device, partition.range);
            volume.membership = disk::membership_at(device, partition);
            volume.set = disk::set_member(device, table, partition);
            if (volume.kind == disk::VolumeKind::other) {
                volume.foreign = disk::foreign_content_at(device, partition.range);
            }
        } catch (const Error& error) {
            volume.error = error;
        }
        if (volume.kind == disk::VolumeKind::ntfs) search(device, volume);
        volumes.push_back(std::move(volume));
    }
    return volumes;
}

std::vector<recovery::LogFile> read_logs(disk::NtfsVolume& volume, const std::string& path) {
    std::vector<recovery::LogFile> logs;
    const auto hive = volume.find(path);
    LogBudget budget(hive ? hive->size_bytes : 0);
    for (const std::string_view suffix : log_suffixes) {
        const auto log = volume.find(path + std::string(suffix));
        if (log) logs.push_back(read_log(volume, *log, budget));
    }
    return logs;
}

HiveFiles read_hive(disk::NtfsVolume& volume, const std::string& path) {
    require_hive(volume.read_head(path, telling_bytes), path);
    HiveFiles files;
    files.primary = volume.read_file(path, most_hive_bytes);
    files.logs = read_logs(volume, path);
    return files;
}

std::unique_ptr<OpenHive> open_beside(disk::NtfsVolume& volume, const std::string& path,
                                      const std::string& name) {
    const auto file = volume.find(path.substr(0, path.rfind('/') + 1) + name);
    if (!file) return nullptr;
    auto hive = std::make_unique<OpenHiveOnDisk>(volume, file->path);
    require_hive(volume.read_head(file->path, telling_bytes), file->path);
    return hive;
}

}  // namespace nlafix::source
