// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/linux/mount_table.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

namespace nlafix::os {
namespace {

/// Blanks, tabs, newlines and backslashes stand as \040 and so on.
std::string unescaped(const std::string& field) {
    const auto octal = [](char c) { return c >= '0' && c <= '7'; };
    std::string out;
    for (std::size_t i = 0; i < field.size(); ++i) {
        if (field[i] == '\\' && i + 3 < field.size() && octal(field[i + 1]) &&
            octal(field[i + 2]) && octal(field[i + 3])) {
            out += static_cast<char>(((field[i + 1] - '0') << 6) | ((field[i + 2] - '0') << 3) |
                                     (field[i + 3] - '0'));
            i += 3;
        } else {
            out += field[i];
        }
    }
    return out;
}

/// The value of the option upperdir; empty where there is none.
std::string upper_of(const std::string& options) {
    constexpr std::string_view name = "upperdir=";
    std::istringstream parts(options);
    for (std::string part; std::getline(parts, part, ',');) {
        if (part.starts_with(name)) return unescaped(part.substr(name.size()));
    }
    return "";
}

bool is_below(const std::string& path, const std::string& mount_point) {
    if (mount_point == "/") return true;
    return path.compare(0, mount_point.size(), mount_point) == 0 &&
           (path.size() == mount_point.size() || path[mount_point.size()] == '/');
}

}  // namespace

std::vector<Mount> parse_mount_table(std::string_view text) {
    std::vector<Mount> table;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        const std::vector<std::string> fields{std::istream_iterator<std::string>(words), {}};
        // 36 35 98:0 /root /mount/point options [optional fields] - type source options
        std::size_t separator = 6;
        while (separator < fields.size() && fields[separator] != "-") ++separator;
        if (separator + 1 >= fields.size()) continue;
        Mount mount = {unescaped(fields[4]), fields[separator + 1]};
        if (separator + 3 < fields.size()) mount.upper = upper_of(fields[separator + 3]);
        if (separator + 2 < fields.size()) mount.source = unescaped(fields[separator + 2]);
        table.push_back(std::move(mount));
    }
    return table;
}

std::vector<Mount> read_mount_table() {
    std::ifstream file("/proc/self/mountinfo", std::ios::binary);
    return parse_mount_table(std::string(std::istreambuf_iterator<char>(file), {}));
}

WatchedMountTable::~WatchedMountTable() {
    if (file_ >= 0) static_cast<void>(::close(file_));
}

bool WatchedMountTable::is_valid() const {
    if (file_ < 0 || !table_) return false;
    pollfd change = {file_, POLLPRI, 0};
    return ::poll(&change, 1, 0) == 0;
}

std::shared_ptr<const std::vector<Mount>> WatchedMountTable::now() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (is_valid()) return table_;
    if (file_ >= 0) static_cast<void>(::close(file_));
    file_ = ::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    table_ = std::make_shared<const std::vector<Mount>>(read_mount_table());
    return table_;
}

std::string file_system_name(std::uint32_t magic) {
    switch (magic) {
        case 0xEF53: return "ext4";  // ext2 and ext3 have the same, and replace files as it does
        case 0x58465342: return "xfs";
        case 0x9123683E: return "btrfs";
        case 0x01021994: return "tmpfs";
        case 0xF2F52010: return "f2fs";
        case 0x2FC12FC1: return "zfs";
        case 0x794C7630: return "overlay";
        case 0x65735546: return "fuseblk";
        case 0x7366746E: return "ntfs3";
        default: return "";
    }
}

bool was_dirty_before(std::string_view volinfo) {
    std::istringstream lines{std::string(volinfo)};
    std::string line;
    std::string last_but_one;
    std::string last;
    std::size_t count = 0;
    for (; std::getline(lines, line); ++count) last_but_one = std::exchange(last, line);
    constexpr std::size_t lines_since_6_5 = 7;
    return count >= lines_since_6_5 && last_but_one == "dirty";
}

bool was_dirty_before(const Mount& mount) {
    if (mount.type != "ntfs3") return false;
    // The driver uses the kernel's name of the device: "dm-0" where the source is a link to that.
    std::error_code unknown;
    const auto device = std::filesystem::canonical(mount.source, unknown);
    if (unknown) return false;
    std::ifstream file("/proc/fs/ntfs3/" + device.filename().string() + "/volinfo");
    return was_dirty_before(std::string(std::istreambuf_iterator<char>(file), {}));
}

std::optional<Mount> find_mount(const std::vector<Mount>& table, const std::string& absolute) {
    const Mount* best = nullptr;
    for (const Mount& mount : table) {
        if (!is_below(absolute, mount.mount_point)) continue;
        if (best == nullptr || mount.mount_point.size() >= best->mount_point.size()) best = &mount;
    }
    return best == nullptr ? std::nullopt : std::optional<Mount>(*best);
}

bool lies_in_memory(const std::vector<Mount>& table, const Mount& mount) {
    constexpr int most_layers = 4;  // an overlay may lie on another, and the table may be a loop
    std::optional<Mount> layer = mount;
    for (int i = 0; i < most_layers && layer; ++i) {
        if (layer->type == "tmpfs" || layer->type == "ramfs" || layer->type == "rootfs")
            return true;
        if (layer->type != "overlay" || layer->upper.empty()) return false;
        const std::string overlay = std::move(layer->mount_point);
        layer = find_mount(table, layer->upper);
        // No overlay lies on itself: its upper layer is out of sight, as on a live system that has
        // changed its root (casper: /cow/upper), or in a container. Both forget what is written.
        if (layer && layer->mount_point == overlay) return true;
    }
    return false;
}

}  // namespace nlafix::os
