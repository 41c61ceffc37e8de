// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/linux/mount_table.h"

#include <doctest/doctest.h>

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "temp_folder.h"

using namespace nlafix;

namespace {

std::string type_at(const std::string& table, const std::string& path) {
    const auto mount = os::find_mount(os::parse_mount_table(table), path);
    return mount ? mount->type : "none";
}

std::string line(const std::string& mount_point, const std::string& type) {
    return "36 35 98:0 / " + mount_point + " rw,noatime shared:1 - " + type + " /dev/sda2 rw\n";
}

/// In a process of its own: 0 when the table is kept while nothing is mounted and renewed when
/// something was, 2 where nothing may be mounted, else 1.
int watch_a_mount(const std::string& folder) {
    if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return 2;
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return 2;
    os::WatchedMountTable table;
    const auto before = table.now();
    if (before->empty() || table.now() != before) return 1;
    if (::mount("none", folder.c_str(), "tmpfs", 0, nullptr) != 0) return 2;
    const auto mounted = os::find_mount(*table.now(), folder);
    if (!mounted || mounted->mount_point != folder || mounted->type != "tmpfs") return 1;
    if (::umount2(folder.c_str(), MNT_DETACH) != 0) return 1;
    return os::find_mount(*table.now(), folder)->mount_point == folder ? 1 : 0;
}

}  // namespace

TEST_CASE("The table is read again when something was mounted, and only then") {
    const test::TempFolder folder;
    const std::string path = folder / "mount point";
    REQUIRE(::mkdir(path.c_str(), 0700) == 0);
    const pid_t child = ::fork();
    if (child == 0) ::_exit(watch_a_mount(path));
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 2) {
        MESSAGE("skipped: nothing may be mounted here");
        return;
    }
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("A line names mount point and type, with any number of optional fields") {
    for (const char* optional : {"", "shared:1 ", "shared:1 master:2 propagate_from:3 "}) {
        const std::string text = std::string("36 35 98:0 /root /mnt/win rw,noatime ") + optional +
                                 "- fuseblk /dev/sda2 rw,errors=continue\n";
        const auto table = os::parse_mount_table(text);
        REQUIRE(table.size() == 1);
        CHECK(table[0].mount_point == "/mnt/win");
        CHECK(table[0].type == "fuseblk");
    }
}

TEST_CASE("Blanks and backslashes in mount points are unescaped") {
    struct Row {
        std::string written, expected;
    };
    for (const Row& row : std::vector<Row>{{"/mnt/a\\040b", "/mnt/a b"},
                                           {"/mnt/a\\011b", "/mnt/a\tb"},
                                           {"/mnt/a\\012b", "/mnt/a\nb"},
                                           {"/mnt/a\\134b", "/mnt/a\\b"},
                                           {"/mnt/a\\134040b", "/mnt/a\\040b"},
                                           {"/mnt/\\303\\244", "/mnt/\xc3\xa4"},
                                           {"/mnt/a\\04", "/mnt/a\\04"},
                                           {"/mnt/a\\089", "/mnt/a\\089"},
                                           {"/mnt/a\\", "/mnt/a\\"}}) {
        CAPTURE(row.written);
        const auto table = os::parse_mount_table(line(row.written, "ext4"));
        REQUIRE(table.size() == 1);
        CHECK(table[0].mount_point == row.expected);
    }
}

TEST_CASE("Lines that make no sense are left out") {
    const std::string text = "\n36\n36 35 98:0 / /mnt rw\n36 35 98:0 / /mnt rw - \n" +
                             line("/good", "xfs") + "garbage - x\n";
    const auto table = os::parse_mount_table(text);
    REQUIRE(table.size() == 1);
    CHECK(table[0].mount_point == "/good");
    CHECK(os::parse_mount_table("").empty());
}

TEST_CASE("The deepest mount point above a path counts, and the last of equal ones") {
    const std::string table = line("/", "ext4") + line("/mnt", "xfs") + line("/mnt/win", "ntfs3") +
                              line("/mnt/win", "fuseblk") + line("/mnt/wi", "btrfs") +
                              line("/run", "tmpfs");
    CHECK(type_at(table, "/") == "ext4");
    CHECK(type_at(table, "/etc/passwd") == "ext4");
    CHECK(type_at(table, "/mnt") == "xfs");
    CHECK(type_at(table, "/mnt/x") == "xfs");
    CHECK(type_at(table, "/mnt/win") == "fuseblk");
    CHECK(type_at(table, "/mnt/win/Windows/System32/config/SYSTEM") == "fuseblk");
    CHECK(type_at(table, "/mnt/windows/SYSTEM") == "xfs");  // only begins alike
    CHECK(type_at(table, "/mnt/wi/SYSTEM") == "btrfs");
    CHECK(type_at(table, "/runner") == "ext4");
    CHECK(type_at(line("/mnt", "xfs"), "/etc") == "none");
    CHECK(type_at("", "/etc") == "none");
}

TEST_CASE("A later mount over the same root hides the earlier one") {
    CHECK(type_at(line("/", "rootfs") + line("/", "overlay"), "/x") == "overlay");
}

TEST_CASE("Where there is no mount table the kernel's number names the file system") {
    CHECK(os::file_system_name(0xEF53) == "ext4");
    CHECK(os::file_system_name(0x65735546) == "fuseblk");
    CHECK(os::file_system_name(0x4D44) == "");  // FAT: nothing is done in a way of its own
}

TEST_CASE("What a restart takes lies in memory, through the layers of an overlay as well") {
    const auto in_memory = [](const std::string& table, const std::string& path) {
        const auto mounts = os::parse_mount_table(table);
        const auto mount = os::find_mount(mounts, path);
        return mount && os::lies_in_memory(mounts, *mount);
    };
    const auto overlay = [](const std::string& options) {
        return "37 36 0:30 / / rw - overlay overlay rw,lowerdir=/a" + options + "\n";
    };
    const std::string others = line("/disk", "ext4") + line("/run/live", "tmpfs");
    CHECK(in_memory(line("/", "rootfs"), "/x"));
    CHECK(in_memory(others, "/run/live/x"));
    CHECK_FALSE(in_memory(others, "/disk/x"));
    CHECK(in_memory(overlay(",upperdir=/run/live/rw,workdir=/w") + others, "/root"));
    CHECK_FALSE(in_memory(overlay(",upperdir=/disk/rw") + others, "/root"));
    // It cannot be written.
    CHECK_FALSE(in_memory(overlay("") + others, "/root"));
    // Its upper folder is out of sight, as in a container.
    CHECK(in_memory(overlay(",upperdir=/cow/upper,workdir=/cow/work"), "/root"));
}

TEST_CASE("A volume was dirty before it was mounted only where ntfs3 says so") {
    const std::string numbers = "ntfs3.1\n4096\n262143\n256\n64\n";
    CHECK(os::was_dirty_before(numbers + "dirty\nclean\n"));
    CHECK(os::was_dirty_before(numbers + "dirty\ndirty\n"));
    // Mounted for writing, it is dirty now.
    CHECK_FALSE(os::was_dirty_before(numbers + "clean\ndirty\n"));
    CHECK_FALSE(os::was_dirty_before(numbers + "clean\nclean\n"));
    // Before Linux 6.5 there are three lines; a label says nothing.
    CHECK_FALSE(os::was_dirty_before("ntfs3.1\n4096\n262143\n"));
    CHECK_FALSE(os::was_dirty_before("ntfs3.1\ndirty\n262143\n"));
    CHECK_FALSE(os::was_dirty_before(""));
    CHECK_FALSE(os::was_dirty_before(os::Mount{"/mnt", "fuseblk", {}, "/dev/null"}));
}
