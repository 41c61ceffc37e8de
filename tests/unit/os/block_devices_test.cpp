// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/block_devices.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "os/system.h"
#include "temp_folder.h"

using namespace nlafix;
namespace fs = std::filesystem;

namespace {

/// Folders that look like /sys, /proc and /dev.
struct Machine {
    test::TempFolder folder;
    os::DeviceFolders folders{folder / "sys", folder / "proc", folder / "dev"};

    Machine() {
        for (const std::string& one : {folders.sys, folders.proc, folders.dev}) {
            fs::create_directory(one);
        }
    }

    void put(const std::string& path, const std::string& text) const {
        fs::create_directories(fs::path(path).parent_path());
        std::ofstream(path) << text << '\n';
    }

    /// Size in sectors of 512 bytes.
    void put_disk(const std::string& name, int sectors) const {
        put(folders.sys + "/block/" + name + "/size", std::to_string(sectors));
    }

    std::vector<os::DiskEntry> disks() const {
        return os::disks_of_machine(os::real_system(), folders);
    }

    std::string names() const {
        std::string text;
        for (const os::DiskEntry& disk : disks()) {
            text += disk.path.substr(folders.dev.size() + 1);
            for (const auto& [number, path] : disk.partitions) {
                text += ":" + std::to_string(number) + "=" + path.substr(folders.dev.size() + 1);
            }
            text += ' ';
        }
        return text;
    }
};

}  // namespace

TEST_CASE("Disks come from /sys with size, model, partitions and what holds them") {
    const Machine machine;
    machine.put_disk("sda", 8);
    machine.put(machine.folders.sys + "/block/sda/device/model", "QEMU HARDDISK  ");
    machine.put(machine.folders.sys + "/block/sda/sda2/size", "4");
    machine.put(machine.folders.sys + "/block/sda/sda2/holders/md0/x", "");
    machine.put(machine.folders.sys + "/block/sda/sda10/size", "4");
    machine.put(machine.folders.sys + "/block/sda/queue/size", "4");
    machine.put_disk("nvme0n1", 8);
    machine.put(machine.folders.sys + "/block/nvme0n1/nvme0n1p3/size", "4");
    CHECK(machine.names() == "nvme0n1:3=nvme0n1p3 sda:2=sda2:10=sda10 ");
    const os::DiskEntry sda = machine.disks().back();
    CHECK(sda.size_bytes == 4096);
    CHECK(sda.model == "QEMU HARDDISK");
    CHECK(sda.holders.at(machine.folders.dev + "/sda2") == std::vector<std::string>{"md0"});
}

TEST_CASE("Empty devices and memory are no disks, and a mapped one has its name") {
    const Machine machine;
    machine.put_disk("loop0", 0);
    machine.put_disk("ram0", 8);
    machine.put_disk("zram0", 8);
    machine.put_disk("cciss!c0d0", 8);
    machine.put_disk("dm-0", 8);
    machine.put(machine.folders.sys + "/block/dm-0/dm/name", "vg-root");
    machine.put(machine.folders.dev + "/mapper/vg-root", "");
    machine.put_disk("dm-1", 8);
    machine.put(machine.folders.sys + "/block/dm-1/dm/name", "gone");
    CHECK(machine.names() == "cciss/c0d0 mapper/vg-root dm-1 ");
}

TEST_CASE("Disks are sorted as people count") {
    const Machine machine;
    for (const char* name : {"sdb", "sda", "md10", "md2"}) machine.put_disk(name, 8);
    CHECK(machine.names() == "md2 md10 sda sdb ");
}

TEST_CASE("Without /sys the kernel's list of partitions is read") {
    const Machine machine;
    fs::remove(machine.folders.sys);
    machine.put(machine.folders.proc + "/partitions",
                "major minor  #blocks  name\n\n   8  0  40 sda\n   8  2  10 sda2\n"
                "   8  3  10 sda3\n 259  0  40 nvme0n1\n 259  1  10 nvme0n1p1\n   1  0  40 ram0\n"
                "   9  0  40 md0\n   7  0   0 loop0\n  12  x  y\n");
    CHECK(machine.names() == "md0 nvme0n1:1=nvme0n1p1 sda:2=sda2:3=sda3 ");
    CHECK(machine.disks().front().size_bytes == 40 * 1024);
}

TEST_CASE("Without /sys and /proc there is still /dev, where a file is no disk") {
    const Machine machine;
    fs::remove(machine.folders.sys);
    fs::remove(machine.folders.proc);
    machine.put(machine.folders.dev + "/sda", "");
    CHECK(machine.disks().empty());
    fs::remove_all(machine.folders.dev);
    CHECK(machine.disks().empty());
}
