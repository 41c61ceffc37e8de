// SPDX-License-Identifier: GPL-2.0-or-later
// Disks as Linux lists them: /sys/block, without it /proc/partitions, without that /dev.
#include "os/block_devices.h"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>

#include "base/error.h"
#include "os/file.h"
#include "os/file_use.h"
#include "os/linux/mount_table.h"
#include "os/paths.h"

namespace nlafix::os {
namespace {

constexpr std::uint64_t sys_sector_bytes = 512;  // whatever the device's own are
constexpr std::size_t most_text_bytes = 1 << 20;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// The content of a small text file of the kernel's; empty where it cannot be read.
std::string text_of(System& system, const std::string& path) {
    try {
        const Bytes bytes = File::open(system, path, {}).read_range(0, most_text_bytes);
        std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
        return text;
    } catch (const Error&) {
        return "";
    }
}

std::uint64_t number_of(const std::string& text) {
    std::uint64_t number = 0;
    for (const char c : text) {
        if (!is_digit(c) || number > UINT64_MAX / 20) return 0;
        number = number * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return number;
}

std::vector<std::string> names_if_any(System& system, const std::string& folder) {
    try {
        return names_in(system, folder);
    } catch (const Error&) {
        return {};
    }
}

/// Memory that shows itself as a disk: nothing of a Windows is on it.
bool is_memory(std::string_view name) {
    return name.starts_with("ram") || name.starts_with("zram");
}

/// "sdb" in front of "sdc", "sdb2" in front of "sdb10".
bool comes_before(const std::string& a, const std::string& b) {
    const auto parts = [](const std::string& name) {
        const std::size_t end = name.find_last_not_of("0123456789") + 1;
        return std::pair(name.substr(0, end), number_of(name.substr(end)));
    };
    return parts(a) < parts(b);
}

/// The number of the partition `name` on the disk `disk`: 2 for "sda2", 1 for "nvme0n1p1"; nothing
/// where it is none of its partitions.
std::optional<std::uint32_t> partition_number(const std::string& name, const std::string& disk) {
    if (!name.starts_with(disk)) return std::nullopt;
    std::string rest = name.substr(disk.size());
    if (!disk.empty() && is_digit(disk.back())) {
        if (rest.empty() || rest.front() != 'p') return std::nullopt;
        rest.erase(0, 1);
    }
    const std::uint64_t number = number_of(rest);
    if (number == 0 || number > 99999) return std::nullopt;
    return static_cast<std::uint32_t>(number);
}

class Disks {
public:
    Disks(System& system, const DeviceFolders& folders) : system_(system), folders_(folders) {}

    std::vector<DiskEntry> find() {
        std::vector<DiskEntry> disks = from_sys();
        if (disks.empty()) disks = from_names(names_in_partitions());
        if (disks.empty()) disks = from_names(names_in_dev());
        return disks;
    }

private:
    std::string device(const std::string& name) const { return join(folders_.dev, name); }

    std::vector<DiskEntry> from_sys() {
        const std::string folder = join(folders_.sys, "block");
        std::vector<std::string> names = names_if_any(system_, folder);
        std::sort(names.begin(), names.end(), comes_before);
        std::vector<DiskEntry> disks;
        for (const std::string& name : names) {
            if (is_memory(name)) continue;
            DiskEntry disk = entry(name, join(folder, name));
            if (disk.size_bytes != 0) disks.push_back(std::move(disk));
        }
        return disks;
    }

    DiskEntry entry(const std::string& name, const std::string& folder) {
        DiskEntry disk;
        std::string shown = name;
        // The kernel writes a slash in a name as "!".
        std::replace(shown.begin(), shown.end(), '!', '/');
        disk.path = device(shown);
        const std::string mapped = text_of(system_, join(join(folder, "dm"), "name"));
        const std::string mapped_path = device(join("mapper", mapped));
        if (!mapped.empty() && status_if_any(system_, mapped_path, true)) disk.path = mapped_path;
        disk.size_bytes = number_of(text_of(system_, join(folder, "size"))) * sys_sector_bytes;
        disk.model = text_of(system_, join(join(folder, "device"), "model"));
        if (disk.model.empty()) {
            disk.model = text_of(system_, join(join(folder, "loop"), "backing_file"));
        }
        add_holders(disk, disk.path, folder);
        for (const std::string& part : names_if_any(system_, folder)) {
            const auto number = partition_number(part, name);
            if (!number || !status_if_any(system_, join(join(folder, part), "size"), true)) {
                continue;
            }
            disk.partitions[*number] = device(part);
            add_holders(disk, device(part), join(folder, part));
        }
        return disk;
    }

    void add_holders(DiskEntry& disk, const std::string& path, const std::string& folder) {
        std::vector<std::string> names = names_if_any(system_, join(folder, "holders"));
        if (!names.empty()) disk.holders[path] = std::move(names);
    }

    /// Name and size.
    using Named = std::map<std::string, std::uint64_t>;

    Named names_in_partitions() {
        Named names;
        std::istringstream lines(text_of(system_, join(folders_.proc, "partitions")));
        for (std::string line; std::getline(lines, line);) {
            std::istringstream words(line);
            std::string major, minor, blocks, name;
            if (words >> major >> minor >> blocks >> name && number_of(blocks) != 0) {
                names[name] = number_of(blocks) * 1024;
            }
        }
        return names;
    }

    Named names_in_dev() {
        Named names;
        for (const std::string& name : names_if_any(system_, folders_.dev)) {
            const auto status = status_if_any(system_, device(name), false);
            if (status && status->kind == FileKind::block_device) names[name] = 0;
        }
        return names;
    }

    /// A name that continues another one with a number is a partition of that.
    std::vector<DiskEntry> from_names(const Named& names) {
        std::vector<std::string> sorted;
        for (const auto& [name, size] : names) {
            if (!is_memory(name)) sorted.push_back(name);
        }
        std::sort(sorted.begin(), sorted.end(), comes_before);
        std::map<std::string, std::map<std::uint32_t, std::string>> partitions;
        std::set<std::string> parts;
        for (const std::string& name : sorted) {
            const std::size_t end = name.find_last_not_of("0123456789") + 1;
            for (const std::string& disk : {name.substr(0, end), name.substr(0, end - 1)}) {
                const auto number = partition_number(name, disk);
                if (end == 0 || !number || !names.contains(disk)) continue;
                partitions[disk][*number] = device(name);
                parts.insert(name);
            }
        }
        std::vector<DiskEntry> disks;
        for (const std::string& name : sorted) {
            if (parts.contains(name)) continue;
            disks.push_back({device(name), "", names.at(name), partitions[name], {}});
        }
        return disks;
    }

    System& system_;
    DeviceFolders folders_;
};

/// "loop0" for "/dev/loop0" and "/dev/loop0p2"; empty for any other device.
std::string loop_of(const std::string& device) {
    constexpr std::string_view beginning = "loop";
    const std::string name = name_of(device);
    if (!name.starts_with(beginning)) return "";
    const std::size_t end = name.find_first_not_of("0123456789", beginning.size());
    return end == beginning.size() ? "" : name.substr(0, end);
}

/// What a loop device shows; nothing of one that has no file.
struct BackingFile {
    std::string path;
    std::optional<FileIdentity> identity;  // where it can be told

    static std::optional<BackingFile> of(System& system, const DeviceFolders& folders,
                                         const std::string& loop) {
        const std::string folder = join(join(folders.sys, "block"), loop);
        BackingFile file;
        file.path = text_of(system, join(join(folder, "loop"), "backing_file"));
        if (file.path.empty()) return std::nullopt;
        if (const auto status = status_if_any(system, file.path, true)) {
            file.identity = status->identity;
        }
        return file;
    }

    bool is_same(const BackingFile& other) const {
        return path == other.path || (identity && identity == other.identity);
    }
};

bool is_in_use(System& system, const std::string& device) {
    OpenOptions options;
    options.exclusive = true;
    try {
        File::open(system, device, options);
    } catch (const Error& error) {
        return error.system_error() == EBUSY;
    }
    return false;
}

}  // namespace

std::optional<std::string> other_user_of_loop(System& system, const std::string& device,
                                              const DeviceFolders& folders) {
    const std::string loop = loop_of(device);
    const auto file = loop.empty() ? std::nullopt : BackingFile::of(system, folders, loop);
    if (!file) return std::nullopt;
    for (const std::string& other : names_if_any(system, join(folders.sys, "block"))) {
        if (other == loop || other != loop_of(other)) continue;
        const auto behind = BackingFile::of(system, folders, other);
        const std::string path = join(folders.dev, other);
        if (behind && behind->is_same(*file) && is_in_use(system, path)) return path;
    }
    try {
        return writing_process(File::open(system, file->path, {}));
    } catch (const Error&) {
        return std::nullopt;  // a file that was deleted, or lies where this process cannot look
    }
}

std::vector<DiskEntry> disks_of_machine(System& system, const DeviceFolders& folders) {
    return Disks(system, folders).find();
}

std::multimap<std::string, std::string> mounts_of_devices(System& system) {
    std::multimap<std::string, std::string> mounts;
    for (const Mount& mount : read_mount_table()) {
        std::string path;
        if (!mount.source.starts_with('/')) continue;
        if (system.real_path(mount.source, path) != 0) path = mount.source;
        mounts.emplace(path, mount.mount_point);
    }
    return mounts;
}

}  // namespace nlafix::os
