// SPDX-License-Identifier: GPL-2.0-or-later
// Which file of a TARGET is the hive, on real folders.
#include "source/find_hive.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <string>
#include <vector>

#include "forwarding_system.h"
#include "temp_folder.h"
#include "thrown.h"
#include "unit/source/found_hive.h"

using namespace nlafix;
using test::found;
using test::TempFolder;

namespace {

const std::string hive = "regf";  // as much of a hive as the search looks at
const std::string config = "Windows/System32/config/SYSTEM";

struct Row {
    std::string name;
    std::vector<std::string> hives;
    std::string target;  // within the folder; empty: the folder itself
    std::string expected;
};

}  // namespace

TEST_CASE("The hive is found from its folder and from those above it, in any case") {
    const std::vector<Row> rows = {
        {"the root", {config}, "", config},
        {"the Windows folder", {config}, "Windows", config},
        {"the config folder", {config}, "Windows/System32/config", config},
        {"the System32 folder", {config}, "Windows/System32", config},
        {"the hive", {config}, config, config},
        {"a slash behind the folder", {config}, "Windows/", config},
        {"a detour", {config}, "Windows/../Windows/./System32/config", config},
        {"lower case", {"windows/system32/config/system"}, "", "windows/system32/config/system"},
        {"upper case", {"WINDOWS/SYSTEM32/CONFIG/SYSTEM"}, "", "WINDOWS/SYSTEM32/CONFIG/SYSTEM"},
        {"mixed case, from the config folder",
         {"W/sYsTeM32/CoNfIg/System"},
         "W/sYsTeM32/CoNfIg",
         "W/sYsTeM32/CoNfIg/System"},
        {"WINNT", {"WINNT/system32/config/system"}, "", "WINNT/system32/config/system"},
        {"a folder of another name",
         {"MyWin/System32/config/SYSTEM"},
         "",
         "MyWin/System32/config/SYSTEM"},
        {"copies of logs beside it",
         {config, config + ".LOG1", config + ".LOG2", config + ".bak",
          "Windows/System32/config/SYSTEM1"},
         "",
         config},
        {"beside what an upgrade set aside",
         {config, "Windows.old/System32/config/SYSTEM", "Windows.old.000/System32/config/SYSTEM",
          "$WINDOWS.~BT/System32/config/SYSTEM"},
         "",
         config},
        {"inside a Windows.old that is named",
         {"Windows.old/Windows/System32/config/SYSTEM"},
         "Windows.old",
         "Windows.old/Windows/System32/config/SYSTEM"},
        {"a hive with any name", {"copy of it.dat"}, "copy of it.dat", "copy of it.dat"},
        {"a backup of config beside it",
         {config, "Windows/System32/config/RegBack/SYSTEM"},
         "",
         config},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        const TempFolder folder;
        for (const std::string& name : row.hives) folder.write_text(name, hive);
        CHECK(found(folder, row.target) == row.expected);
    }
}

TEST_CASE("A folder in which the hive cannot be told is refused") {
    const std::vector<Row> rows = {
        {"nothing at all", {}, "", "no-windows"},
        {"no Windows", {"Users/a/NTUSER.DAT"}, "", "no-windows"},
        {"no such path", {config}, "Windows2", "no-such-file"},
        {"no such path below a file", {config}, config + "/x", "no-such-file"},
        {"two Windows", {config, "WINNT/System32/config/SYSTEM"}, "", "several-windows"},
        {"only what was set aside", {"Windows.old/System32/config/SYSTEM"}, "", "no-windows"},
        {"only what Windows itself set aside",
         {"$WINDOWS.~BT/System32/config/SYSTEM"},
         "",
         "no-windows"},
        {"one level too deep", {"disk/Windows/System32/config/SYSTEM"}, "", "no-windows"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        const TempFolder folder;
        for (const std::string& name : row.hives) folder.write_text(name, hive);
        CHECK(found(folder, row.target) == row.expected);
    }
}

TEST_CASE("Several Windows are all named, and the hint says what to do") {
    const TempFolder folder;
    folder.write_text(config, hive);
    folder.write_text("WINNT/System32/config/SYSTEM", hive);
    const auto error = test::error_of([&] { source::find_hive(os::real_system(), folder.path()); });
    REQUIRE(error);
    const std::string message = test::with_slashes(error->message());
    CHECK(test::contains(message, test::with_slashes(folder / config)));
    CHECK(test::contains(message, test::with_slashes(folder / "WINNT/System32/config/SYSTEM")));
    CHECK_FALSE(error->hint().empty());
}

TEST_CASE("What was set aside is named where there is nothing else") {
    const TempFolder folder;
    folder.write_text("Windows.old/System32/config/SYSTEM", hive);
    const std::string message =
        test::message_thrown_by([&] { source::find_hive(os::real_system(), folder.path()); });
    CHECK(test::contains(test::with_slashes(message), "Windows.old/System32/config/SYSTEM"));
}

TEST_CASE("Of two Windows, one with a file that is no hive, the other is meant") {
    const TempFolder folder;
    folder.write_text(config, hive);
    folder.write_text("WINNT/System32/config/SYSTEM", "");
    CHECK(found(folder, "") == config);
    // One alone is named all the same, so that the error is about it.
    const TempFolder other;
    other.write_text(config, "");
    CHECK(found(other, "") == config);
}

TEST_CASE("A folder that may not be read matters only where no other is the Windows folder") {
    struct Closed : test::ForwardingSystem {
        explicit Closed(std::string path) : ForwardingSystem(os::real_system()), closed(path) {}
        int list_folder(const std::string& path, std::vector<std::string>& names) override {
            return path == closed ? EACCES : ForwardingSystem::list_folder(path, names);
        }
        std::string closed;
    };
    const TempFolder folder;
    folder.make_folder("System Volume Information");
    Closed system(folder / "System Volume Information");
    const auto find = [&] { source::find_hive(system, folder.path()); };
    CHECK(test::word_thrown_by(find) == "no-permission");
    folder.write_text(config, hive);
    CHECK(test::word_thrown_by(find) == "nothing");
}

TEST_CASE("The kind of the TARGET is told") {
    const TempFolder folder;
    folder.write_text(config, hive);
    CHECK(source::find_hive(os::real_system(), folder.path()).kind == source::TargetKind::folder);
    CHECK(source::find_hive(os::real_system(), folder / config).kind == source::TargetKind::hive);
}
