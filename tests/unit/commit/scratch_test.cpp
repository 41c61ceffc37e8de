// SPDX-License-Identifier: GPL-2.0-or-later
// Private copies beside the backup, for a machine that has no place for them.
#include "commit/private_file.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <span>
#include <string>

#include "hivex/edit_image.h"
#include "os/paths.h"
#include "prepared_hive.h"
#include "support/forwarding_system.h"
#include "system_tree.h"
#include "temp_folder.h"
#include "thrown.h"

using namespace nlafix;
namespace f = fixture;
using test::TempFolder;

namespace {

os::File opened(const std::string& path) {
    return os::File::open(os::real_system(), path, {});
}

/// A machine without /proc and /tmp.
class NoPlace : public test::ForwardingSystem {
public:
    NoPlace() : ForwardingSystem(os::real_system()) {}
    int make_scratch(os::Scratch&) override { return 2; }  // ENOENT
};

}  // namespace

TEST_CASE("A private copy lies beside the hive, is nobody else's, and goes with its object") {
    const TempFolder folder;
    const std::string hive = folder.write_text("SYSTEM", "hive");
    std::filesystem::permissions(hive, std::filesystem::perms(0644));
    std::string path;
    {
        os::ScratchFile scratch = commit::make_scratch(opened(hive), "");
        path = scratch.path();
        CHECK(path == hive + ".nlafix-scratch-1");
        CHECK(os::status_of(os::real_system(), path, false).permissions == 0600);
        const std::string content = "private";
        scratch.file().write_fully(std::as_bytes(std::span(content)), 0);
        CHECK(test::read_text(path) == content);

        const os::ScratchFile moved = std::move(scratch);
        CHECK(moved.path() == path);
        const os::ScratchFile second = commit::make_scratch(opened(hive), "");
        CHECK(second.path() == hive + ".nlafix-scratch-2");
    }
    CHECK(os::names_in(os::real_system(), folder.path()) == std::vector<std::string>{"SYSTEM"});
}

TEST_CASE("A private copy lies in the folder of the backups where one is given") {
    const TempFolder folder;
    const std::string hive = folder.write_text("SYSTEM", "hive");
    const std::string backups = folder.make_folder("backups");
    CHECK(commit::make_scratch(opened(hive), backups).path() ==
          os::join(backups, "SYSTEM.nlafix-scratch-1"));
}

TEST_CASE("What a killed run left is not touched") {
    const TempFolder folder;
    const std::string hive = folder.write_text("SYSTEM", "hive");
    const std::string left = folder.write_text("SYSTEM.nlafix-scratch-1", "left");
    CHECK(commit::make_scratch(opened(hive), "").path() == hive + ".nlafix-scratch-2");
    CHECK(test::read_text(left) == "left");
}

TEST_CASE("An edit on a machine that has no place for private copies is the same edit") {
    const TempFolder folder;
    const test::PreparedHive hive(f::small_tree({false, false}));
    const std::string path = folder.write("SYSTEM", hive.built.bytes);
    NoPlace system;
    const hivex::EditedImage image =
        hivex::edit_image(hive.clean, hive.plan, hive.shared, test::edit_time, system,
                          [&] { return commit::make_scratch(opened(path), ""); });
    CHECK(image.bytes == hive.edited().bytes);
    CHECK(os::names_in(os::real_system(), folder.path()) == std::vector<std::string>{"SYSTEM"});

    CHECK(test::word_thrown_by([&] {
              hivex::edit_image(hive.clean, hive.plan, hive.shared, test::edit_time, system);
          }) == "io-error");
}
