// SPDX-License-Identifier: GPL-2.0-or-later
// The mount table of this process (proc_pid_mountinfo(5)).
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nlafix::os {

struct Mount {
    std::string mount_point;
    std::string type;
    std::string upper = {};   // of an overlay: the folder that takes what is written
    std::string source = {};  // the device, where it is one
};

/// Lines of mountinfo as mounts, in the table's order; lines that make no sense are left out.
std::vector<Mount> parse_mount_table(std::string_view text);

/// The table of this process; empty where /proc is missing.
std::vector<Mount> read_mount_table();

/// The table of this process, which is read again only when the kernel says that it has changed
/// (poll(2) on mountinfo): a run of many TARGETs asks for it many times. For several threads.
class WatchedMountTable {
public:
    WatchedMountTable() = default;
    WatchedMountTable(const WatchedMountTable&) = delete;
    WatchedMountTable& operator=(const WatchedMountTable&) = delete;
    ~WatchedMountTable();

    /// As it is now; empty where /proc is missing.
    std::shared_ptr<const std::vector<Mount>> now();

private:
    bool is_valid() const;

    std::mutex mutex_;
    int file_ = -1;  // opened before the table was read, so that no change is missed
    std::shared_ptr<const std::vector<Mount>> table_;
};

/// The name that the mount table would have for the file system of `magic`, the f_type of
/// statfs(2); empty for those that nlafix does not treat in a way of their own. Where /proc is
/// missing.
std::string file_system_name(std::uint32_t magic);

/// Whether what is written to `mount` of `table` lies in memory. An overlay whose upper folder no
/// mount of the table shows, as in a container, counts as one in memory.
bool lies_in_memory(const std::vector<Mount>& table, const Mount& mount);

/// Whether ntfs3 found the volume dirty when it mounted it: the last but one line of `volinfo`, the
/// driver's file below /proc/fs/ntfs3 (Linux 6.5 and newer; fs/ntfs3/super.c).
bool was_dirty_before(std::string_view volinfo);
/// The same, asked of the driver of `mount`; false for another driver, and where it does not say.
bool was_dirty_before(const Mount& mount);

/// The mount that `absolute` lies on: the deepest mount point above it, the last of equal ones.
std::optional<Mount> find_mount(const std::vector<Mount>& table, const std::string& absolute);

}  // namespace nlafix::os
