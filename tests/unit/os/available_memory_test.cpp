// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/linux/available_memory.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "temp_folder.h"

using namespace nlafix;
namespace fs = std::filesystem;

namespace {

/// Folders that look like /proc and /sys/fs/cgroup.
struct Kernel {
    test::TempFolder folder;
    os::MemoryFolders folders{folder / "proc", folder / "cgroups"};

    void put(const std::string& path, const std::string& text) const {
        fs::create_directories(fs::path(folder / path).parent_path());
        std::ofstream(folder / path) << text << '\n';
    }
    std::optional<std::uint64_t> available() const {
        return os::read_available_memory(os::real_system(), folders);
    }
};

constexpr std::uint64_t kib = 1024;

}  // namespace

TEST_CASE("What is available, with free swap, is left") {
    const Kernel kernel;
    CHECK_FALSE(kernel.available());
    kernel.put("proc/meminfo", "MemTotal:  900 kB\nMemAvailable:     500 kB\nSwapFree:  20 kB");
    CHECK(kernel.available() == 520 * kib);
}

TEST_CASE("A control group leaves no more than its limit, and those above it") {
    const Kernel kernel;
    kernel.put("proc/meminfo", "MemAvailable: 500 kB");
    kernel.put("proc/self/cgroup", "0::/a/b");
    kernel.put("cgroups/a/b/memory.max", "max");
    kernel.put("cgroups/a/b/memory.current", "4096");
    CHECK(kernel.available() == 500 * kib);
    kernel.put("cgroups/a/memory.max", "409600");
    kernel.put("cgroups/a/memory.current", "204800");
    CHECK(kernel.available() == 200 * kib);
    SUBCASE("files in memory can be dropped") {
        kernel.put("cgroups/a/memory.stat", "file 999\ninactive_file 102400");
        CHECK(kernel.available() == 300 * kib);
    }
    SUBCASE("one that is over its limit leaves nothing") {
        kernel.put("cgroups/a/b/memory.max", "1");
        CHECK(kernel.available() == 0);
    }
}

TEST_CASE("Control groups of version 1 are asked too") {
    const Kernel kernel;
    kernel.put("proc/meminfo", "MemAvailable: 500 kB");
    kernel.put("proc/self/cgroup", "3:cpu,cpuacct:/c\n2:memory:/m\nno line\n1:name=x:none");
    kernel.put("cgroups/memory/m/memory.limit_in_bytes", "204800");
    kernel.put("cgroups/memory/m/memory.usage_in_bytes", "102400");
    CHECK(kernel.available() == 100 * kib);
}
