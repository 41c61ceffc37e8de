// SPDX-License-Identifier: GPL-2.0-or-later
// What Windows' own file systems have not, or not for everybody: symbolic links and pipes where a
// hive or a log should be, names that differ in case alone.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "source/windows_files.h"
#include "temp_folder.h"
#include "thrown.h"
#include "unit/source/found_hive.h"

using namespace nlafix;
using test::found;
using test::read;
using test::TempFolder;

namespace {

const std::string hive = "regf";  // as much of a hive as the search looks at
const std::string config = "Windows/System32/config/SYSTEM";

}  // namespace

TEST_CASE("Links that stay inside are followed, links that lead out are refused") {
    const TempFolder outside;
    outside.write_text("SYSTEM", hive);
    outside.write_text(config, hive);
    SUBCASE("the hive is a link to another one inside") {
        const TempFolder folder;
        folder.write_text("real/SYSTEM", hive);
        folder.link(config, "../../../real/SYSTEM");
        CHECK(found(folder, "") == "real/SYSTEM");
    }
    SUBCASE("the hive leads out") {
        const TempFolder folder;
        folder.link(config, outside / "SYSTEM");
        CHECK(found(folder, "") == "link-leads-out");
        CHECK(found(folder, "Windows") == "link-leads-out");
        CHECK(found(folder, "Windows/System32/config") == "link-leads-out");
    }
    SUBCASE("a folder on the way leads out") {
        const TempFolder folder;
        folder.link("Windows", outside / "Windows");
        CHECK(found(folder, "") == "link-leads-out");
    }
    SUBCASE("a link leads from the Windows folder to its neighbour") {
        const TempFolder folder;
        folder.write_text("other/SYSTEM", hive);
        folder.link("Windows/System32/config", "../../other");
        CHECK(found(folder, "") == "other/SYSTEM");
        CHECK(found(folder, "Windows") == "link-leads-out");
    }
    SUBCASE("a folder whose name only begins alike is outside") {
        const TempFolder folder;
        folder.write_text("ab/SYSTEM", hive);
        folder.link("a/System32/config/SYSTEM", "../../../ab/SYSTEM");
        CHECK(found(folder, "a") == "link-leads-out");
    }
    SUBCASE("the TARGET itself may be a link") {
        const TempFolder folder;
        const std::string link = folder.link("link", outside.path());
        CHECK(source::find_hive(os::real_system(), link).path == outside / "SYSTEM");
        const std::string file = folder.link("file", outside / config);
        CHECK(source::find_hive(os::real_system(), file).path == outside / config);
    }
}

TEST_CASE("Broken links, loops and what is no file end in an error") {
    const TempFolder folder;
    SUBCASE("a broken link for the hive") {
        folder.link(config, "nowhere");
        CHECK(found(folder, "") == "no-windows");
        CHECK(found(folder, "Windows/System32/config") == "no-windows");
        CHECK(found(folder, config) == "no-such-file");
    }
    SUBCASE("a loop for the Windows folder") {
        folder.link("Windows", "Windows");
        CHECK(found(folder, "") == "no-such-file");
        CHECK(found(folder, "Windows") == "no-such-file");
    }
    SUBCASE("a FIFO") {
        folder.make_folder("Windows/System32/config");
        REQUIRE(::mkfifo((folder / config).c_str(), 0600) == 0);
        CHECK(found(folder, "") == "not-a-hive");
        CHECK(found(folder, config) == "not-a-hive");
    }
    SUBCASE("a folder of that name") {
        folder.make_folder(config);
        CHECK(found(folder, "") == "not-a-hive");
    }
}

TEST_CASE("A log that cannot be read is listed with its reason") {
    const TempFolder folder;
    const std::string path = folder.write_text("SYSTEM", "regf");
    folder.make_folder("SYSTEM.LOG");
    folder.link("SYSTEM.LOG1", folder.write_text("elsewhere", "regf"));
    REQUIRE(::mkfifo((folder / "SYSTEM.LOG2").c_str(), 0600) == 0);
    const source::HiveFiles files = read(os::real_system(), path);
    REQUIRE(files.logs.size() == 3);
    for (const recovery::LogFile& log : files.logs) {
        CAPTURE(log.name);
        CHECK(log.bytes.empty());
        CHECK(log.error != "");
    }
}

TEST_CASE("Where names may differ in case alone, two spellings are two") {
    SUBCASE("of the Windows folder") {
        const TempFolder folder;
        folder.write_text(config, hive);
        folder.write_text("WINDOWS/System32/config/SYSTEM", hive);
        CHECK(found(folder, "") == "several-windows");
    }
    SUBCASE("of the hive") {
        const TempFolder folder;
        folder.write_text(config, hive);
        folder.write_text("Windows/System32/config/system", hive);
        CHECK(found(folder, "Windows/System32/config") == "several-windows");
    }
    SUBCASE("of a log") {
        const TempFolder folder;
        const std::string path = folder.write_text("SYSTEM", hive);
        folder.write_text("SYSTEM.LOG1", "one");
        folder.write_text("system.log1", "other");
        const source::HiveFiles files = read(os::real_system(), path);
        REQUIRE(files.logs.size() == 2);
        CHECK(files.logs[0].name == "SYSTEM.LOG1");
        CHECK(files.logs[1].name == "system.log1");
    }
}

TEST_CASE("A file that a driver shows as a link is there, but no link is followed on the way") {
    const TempFolder folder;
    folder.write_text(config, hive);
    folder.write_text("Windows/System32/ntdll.dll", "x");
    folder.link("Windows/System32/lsasrv.dll", "unsupported reparse point");
    folder.link("Windows/System32/drivers", "/etc");
    const auto files = source::files_around(os::real_system(), folder / config);
    REQUIRE(files);
    CHECK(files->size_of("System32/lsasrv.dll").value_or(0) != 0);
    for (const char* path : {"System32/drivers/passwd", "System32/drivers/none/x"}) {
        CHECK(test::word_thrown_by([&] { files->size_of(path); }) == "link-leads-out");
    }
}
