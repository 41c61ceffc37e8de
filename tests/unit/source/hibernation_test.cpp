// SPDX-License-Identifier: GPL-2.0-or-later
// The rules are those of ntfs-3g: a file that is too short, or begins with "hibr" or "HIBR".
#include "source/hibernation.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "forwarding_system.h"
#include "temp_folder.h"
#include "thrown.h"

using namespace nlafix;
using test::TempFolder;

namespace {

const std::string hive_in_root = "Windows/System32/config/SYSTEM";

/// A system on which everything lies on one volume, mounted at `mount_point`.
class MountedAt : public test::ForwardingSystem {
public:
    explicit MountedAt(std::string mount_point)
        : ForwardingSystem(os::real_system()), mount_point_(std::move(mount_point)) {}
    int file_system(const std::string& path, os::FileSystemStatus& status) override {
        const int result = ForwardingSystem::file_system(path, status);
        status.mount_point = mount_point_;
        return result;
    }

private:
    std::string mount_point_;
};

std::string header(const std::string& magic, std::size_t size) {
    std::string text = magic;
    text.resize(size, '\0');
    return text;
}

}  // namespace

TEST_CASE("What the header of hiberfil.sys says") {
    constexpr std::size_t header_bytes = 4096;
    struct Row {
        std::string name;
        std::string content;
        bool hibernated;
    };
    for (const Row& row :
         {Row{"hibr", header("hibr", header_bytes), true},
          Row{"HIBR", header("HIBR", header_bytes), true},
          Row{"hibr, and more", header("hibr", 3 * header_bytes), true},
          Row{"zeros: Windows was resumed", header("", header_bytes), false},
          Row{"wake", header("wake", header_bytes), false},
          Row{"Hibr", header("Hibr", header_bytes), false},
          Row{"not at the start", header("xhibr", header_bytes), false},
          Row{"a byte too short", header("", header_bytes - 1), true}, Row{"empty", "", true}}) {
        CAPTURE(row.name);
        const TempFolder folder;
        const std::string hive = folder.write_text(hive_in_root, "regf");
        folder.write_text("hiberfil.sys", row.content);
        MountedAt system(folder.path());
        const auto found = source::find_hibernation(system, hive);
        CHECK(found.has_value() == row.hibernated);
        if (found) CHECK(*found == folder / "hiberfil.sys");
    }
}

TEST_CASE("The file is found in any case, at the mount point or above Windows") {
    const std::string content = header("hibr", 4096);
    SUBCASE("none") {
        const TempFolder folder;
        MountedAt system(folder.path());
        CHECK_FALSE(source::find_hibernation(system, folder.write_text(hive_in_root, "regf")));
    }
    SUBCASE("in capitals") {
        const TempFolder folder;
        folder.write_text("HIBERFIL.SYS", content);
        MountedAt system(folder.path());
        CHECK(source::find_hibernation(system, folder.write_text(hive_in_root, "regf")));
    }
    SUBCASE("at the mount point, with the hive somewhere on the volume") {
        const TempFolder folder;
        folder.write_text("hiberfil.sys", content);
        MountedAt system(folder.path());
        CHECK(source::find_hibernation(system, folder.write_text("a/b/copy", "regf")));
    }
    SUBCASE("above Windows, in a volume that is bound to another place") {
        const TempFolder folder;
        folder.write_text("bound/hiberfil.sys", content);
        MountedAt system(folder.path());
        CHECK(source::find_hibernation(system, folder.write_text("bound/" + hive_in_root, "regf")));
        CHECK(source::find_hibernation(
            system, folder.write_text("bound/WINNT/SYSTEM32/CONFIG/system", "regf")));
    }
    SUBCASE("above folders with other names it is not looked for") {
        const TempFolder folder;
        folder.write_text("bound/hiberfil.sys", content);
        MountedAt system(folder.path());
        CHECK_FALSE(source::find_hibernation(
            system, folder.write_text("bound/Windows/System32/other/SYSTEM", "regf")));
    }
}

TEST_CASE("A folder or a link named hiberfil.sys says nothing") {
    const TempFolder folder;
    MountedAt system(folder.path());
    const std::string hive = folder.write_text(hive_in_root, "regf");
    SUBCASE("a folder") {
        folder.make_folder("hiberfil.sys");
    }
    SUBCASE("a link") {
        folder.link("hiberfil.sys", hive);
    }
    SUBCASE("a broken link") {
        folder.link("hiberfil.sys", "nowhere");
    }
    CHECK_FALSE(source::find_hibernation(system, hive));
}
