// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/windows_files.h"

#include <doctest/doctest.h>

#include <algorithm>

#include <filesystem>
#include <string>

#include "temp_folder.h"

using namespace nlafix;
using test::TempFolder;

namespace {

struct Windows {
    TempFolder folder;

    Windows() {
        add("windows/SYSTEM32/ntdll.dll", "x");
        add("windows/SYSTEM32/config/SYSTEM", "regf");
    }
    void add(const std::string& path, const std::string& content) const {
        folder.write_text(path, content);
    }
    std::unique_ptr<source::FilesOfWindows> files() const {
        return source::files_around(os::real_system(), folder / "windows/SYSTEM32/config/SYSTEM");
    }
};

}  // namespace

TEST_CASE("A file of Windows is found in any case, with its size") {
    const Windows windows;
    windows.add("windows/SYSTEM32/TSPKG.dll", "12345");
    windows.add("windows/SYSTEM32/Drivers/tcpip.sys", "");
    windows.add("windows/SYSTEM32/termsrv.dll/file", "a folder of that name");
    const auto files = windows.files();
    REQUIRE(files);
    CHECK(files->size_of("System32/tspkg.dll") == 5U);
    CHECK(files->size_of("System32/drivers/TCPIP.SYS") == 0U);
    CHECK_FALSE(files->size_of("System32/credssp.dll"));
    CHECK_FALSE(files->size_of("System32/other/x.sys"));
    CHECK_FALSE(files->size_of("System32/termsrv.dll"));
    CHECK_FALSE(files->size_of("System32/tspkg.dll/x"));
}

TEST_CASE("A path that begins with ../ is below the root of the volume") {
    const Windows windows;
    windows.add("programdata/Keys/one", "1234");
    windows.add("programdata/Keys/Two", "");
    const auto files = windows.files();
    REQUIRE(files);
    CHECK(files->size_of("../ProgramData/KEYS/One") == 4U);
    auto names = files->names_in("../ProgramData/keys");
    REQUIRE(names);
    std::sort(names->begin(), names->end());
    CHECK(*names == std::vector<std::string>{"Two", "one"});
    CHECK_FALSE(files->names_in("../ProgramData/other"));
    CHECK_FALSE(files->names_in("../ProgramData/keys/one"));
    CHECK_FALSE(files->names_in("ProgramData/keys"));
    // Where no driver shows a descriptor, none is made up.
    CHECK(files->security_of("../ProgramData/other").empty());
}

TEST_CASE("Where the rest of Windows is not at hand, nothing is said of its files") {
    const TempFolder folder;
    folder.write_text("SYSTEM", "regf");
    CHECK_FALSE(source::files_around(os::real_system(), folder / "SYSTEM"));
    // Only the hives were copied.
    const Windows windows;
    std::filesystem::remove(test::to_path(windows.folder / "windows/SYSTEM32/ntdll.dll"));
    CHECK_FALSE(windows.files());
    windows.add("windows/SYSTEM32/ntdll.dll", "");
    CHECK_FALSE(windows.files());
}
