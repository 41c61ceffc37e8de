// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/linux/available_memory.h"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <string_view>

#include "base/error.h"
#include "os/file.h"
#include "os/paths.h"

namespace nlafix::os {
namespace {

constexpr std::size_t most_text_bytes = 1 << 16;

/// Empty where it cannot be read.
std::string text_of(System& system, const std::string& path) {
    try {
        const Bytes bytes = File::open(system, path, {}).read_range(0, most_text_bytes);
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    } catch (const Error&) {
        return "";
    }
}

std::optional<std::uint64_t> number_in(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end == text.data()) return std::nullopt;
    return number;
}

/// The number behind `name` at the start of a line, with blanks between.
std::optional<std::uint64_t> number_of(const std::string& text, std::string_view name) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with(name)) continue;
        const std::size_t at = line.find_first_not_of(" \t", name.size());
        if (at != std::string::npos && at > name.size()) {
            return number_in(std::string_view(line).substr(at));
        }
    }
    return std::nullopt;
}

/// What the files of one version of control groups are called.
struct Names {
    const char* limit;
    const char* used;
    const char* cache;  // in memory.stat: files that can be dropped at once
};
constexpr Names version_2 = {"memory.max", "memory.current", "inactive_file"};
constexpr Names version_1 = {"memory.limit_in_bytes", "memory.usage_in_bytes",
                             "total_inactive_file"};

/// What is left in the group at `folder`; nothing where it has no limit.
std::optional<std::uint64_t> left_in(System& system, const std::string& folder,
                                     const Names& names) {
    const auto limit = number_in(text_of(system, join(folder, names.limit)));
    const auto used = number_in(text_of(system, join(folder, names.used)));
    if (!limit || !used) return std::nullopt;
    const auto cache =
        number_of(text_of(system, join(folder, "memory.stat")), names.cache).value_or(0);
    const std::uint64_t needed = *used - std::min(*used, cache);
    return *limit - std::min(*limit, needed);
}

/// The least that is left in the group `group`, "/a/b", and in those above it.
void limit_by(System& system, const std::string& top, std::string group, const Names& names,
              std::uint64_t& available) {
    while (true) {
        if (const auto left = left_in(system, top + group, names)) {
            available = std::min(available, *left);
        }
        if (group.empty()) return;
        group.resize(group.rfind('/'));
    }
}

bool names_memory(std::string_view controllers) {
    while (!controllers.empty()) {
        const std::size_t end = std::min(controllers.find(','), controllers.size());
        if (controllers.substr(0, end) == "memory") return true;
        controllers.remove_prefix(std::min(end + 1, controllers.size()));
    }
    return false;
}

}  // namespace

std::optional<std::uint64_t> read_available_memory(System& system, const MemoryFolders& folders) {
    constexpr std::uint64_t kib = 1024;
    const std::string memory = text_of(system, join(folders.proc, "meminfo"));
    const auto free = number_of(memory, "MemAvailable:");
    if (!free) return std::nullopt;
    std::uint64_t available = (*free + number_of(memory, "SwapFree:").value_or(0)) * kib;
    // "0::/a/b" of version 2, "4:memory:/a/b" of version 1.
    std::istringstream groups(text_of(system, join(join(folders.proc, "self"), "cgroup")));
    for (std::string line; std::getline(groups, line);) {
        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos) continue;
        std::string group = line.substr(second + 1);
        if (!group.starts_with('/')) continue;
        if (group == "/") group.clear();
        const std::string controllers = line.substr(first + 1, second - first - 1);
        if (controllers.empty()) {
            limit_by(system, folders.cgroups, group, version_2, available);
        } else if (names_memory(controllers)) {
            limit_by(system, join(folders.cgroups, "memory"), group, version_1, available);
        }
    }
    return available;
}

}  // namespace nlafix::os
