// SPDX-License-Identifier: GPL-2.0-or-later
// The mount table of this process (proc_pid_mountinfo(5)).
#pragma once

#include <cstdint>
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

/// The name that the mount table would have for the file system of `magic`, the f_type of
/// statfs(2); empty for those that nlafix does not treat in a way of their own. Where /proc is
/// missing.
std::string file_system_name(std::uint32_t magic);

/// Whether what is written to `mount` of `table` lies in memory. An overlay whose upper folder is
/// not in the table, as in a container, counts as one on a disk.
bool lies_in_memory(const std::vector<Mount>& table, const Mount& mount);

/// The mount that `absolute` lies on: the deepest mount point above it, the last of equal ones.
std::optional<Mount> find_mount(const std::vector<Mount>& table, const std::string& absolute);

}  // namespace nlafix::os
