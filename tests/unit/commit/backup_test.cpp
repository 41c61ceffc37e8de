// SPDX-License-Identifier: GPL-2.0-or-later
// Names of backups, their creation and removal, and how an interrupted write is found.
#include "commit/backup.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "commit/interrupted.h"
#include "commit/record.h"
#include "os/path_syntax.h"
#include "os/paths.h"
#include "temp_folder.h"
#include "thrown.h"

using namespace nlafix;
using commit::State;
using test::TempFolder;

namespace {

// 2026-11-22 10:52:07 UTC: seconds since 1601-01-01, times 10,000,000.
constexpr std::uint64_t some_time = 134398183270000000;
const std::string stem = "SYSTEM.nlafix-20261122T105207Z";

commit::Journal some_journal() {
    commit::Journal journal;
    journal.target = "SYSTEM";
    journal.files = {{"", commit::fingerprint_of({}), commit::fingerprint_of({})}};
    return journal;
}

std::string manifest_text(State state) {
    commit::Journal journal = some_journal();
    journal.state = state;
    return commit::to_json(journal);
}

}  // namespace

TEST_CASE("A backup's names are made of the hive's name and the time") {
    const TempFolder folder;
    const std::string hive = folder / "SYSTEM";
    const auto paths = commit::free_backup_paths(os::real_system(), hive, folder.path(), some_time);
    CHECK(paths.copy == folder / (stem + ".bak"));
    CHECK(paths.manifest == folder / (stem + ".json"));
    const TempFolder other;
    const auto away = commit::free_backup_paths(os::real_system(), hive, other.path(), some_time);
    CHECK(away.copy == other / (stem + ".bak"));
    CHECK(away.manifest == other / (stem + ".json"));
}

TEST_CASE("A counter stands behind the time where one of the names is taken") {
    for (const char* taken : {".bak", ".json"}) {
        CAPTURE(std::string(taken));
        const TempFolder folder;
        folder.write_text(stem + taken, "");
        folder.link(stem + "-2" + taken, "nowhere");  // a broken link takes a name, too
        const auto paths = commit::free_backup_paths(os::real_system(), folder / "SYSTEM",
                                                     folder.path(), some_time);
        CHECK(paths.copy == folder / (stem + "-3.bak"));
        CHECK(paths.manifest == folder / (stem + "-3.json"));
    }
}

TEST_CASE("A backup is found by its copy and by its manifest, and by no other name") {
    for (const char* given : {"/a/SYSTEM.nlafix-x.bak", "/a/SYSTEM.nlafix-x.json"}) {
        const commit::BackupPaths paths = commit::backup_paths_of(given);
        CHECK(paths.copy == "/a/SYSTEM.nlafix-x.bak");
        CHECK(paths.manifest == "/a/SYSTEM.nlafix-x.json");
    }
    for (const char* given : {"/a/SYSTEM", "/a/SYSTEM.BAK", "", ".bak", ".json", "/a/x.bak/"}) {
        CAPTURE(std::string(given));
        CHECK(test::word_thrown_by([&] { commit::backup_paths_of(given); }) == "malformed-backup");
    }
}

TEST_CASE("A backup goes away again unless it is kept") {
    for (const bool keep : {false, true}) {
        const TempFolder folder;
        const std::string path = folder.write_text("SYSTEM", "regf original");
        const os::File hive = os::File::open(os::real_system(), path, {});
        const auto paths =
            commit::free_backup_paths(os::real_system(), path, folder.path(), some_time);
        {
            commit::Backup backup =
                commit::Backup::create(hive, test::read_file(path), some_journal(), paths);
            CHECK(test::read_text(paths.copy) == "regf original");
            CHECK(commit::read_journal(os::real_system(), paths.manifest, 0).state ==
                  State::prepared);
            commit::Backup moved = std::move(backup);
            if (keep) moved.keep();
        }
        for (const std::string& left : {paths.copy, paths.manifest}) {
            CHECK(os::status_if_any(os::real_system(), left, false).has_value() == keep);
        }
    }
}

TEST_CASE("A backup is readable by its owner alone, and takes no name that exists") {
    const TempFolder folder;
    const std::string path = folder.write_text("SYSTEM", "regf");
    std::filesystem::permissions(path, std::filesystem::perms(0644));
    const os::File hive = os::File::open(os::real_system(), path, {});
    const auto paths = commit::free_backup_paths(os::real_system(), path, folder.path(), some_time);
    {
        const auto backup = commit::Backup::create(hive, {}, some_journal(), paths);
        CHECK(os::status_of(os::real_system(), paths.copy, false).permissions == 0600);
        CHECK(os::status_of(os::real_system(), paths.manifest, false).permissions == 0600);
    }
    folder.write_text(stem + ".json", "somebody else's");
    CHECK(test::word_thrown_by([&] { commit::Backup::create(hive, {}, some_journal(), paths); }) ==
          "io-error");
    CHECK(test::read_text(paths.manifest) == "somebody else's");
    CHECK_FALSE(os::status_if_any(os::real_system(), paths.copy, false));
}

TEST_CASE("Only a manifest that says so means an interrupted write") {
    for (const State state :
         {State::prepared, State::writing, State::written, State::undoing, State::undone}) {
        CAPTURE(static_cast<int>(state));
        const TempFolder folder;
        const std::string path = folder.write_text("SYSTEM", "regf");
        folder.write_text(stem + ".json", manifest_text(state));
        const bool under_way = state == State::writing || state == State::undoing;
        const auto found = commit::find_interrupted_write(os::real_system(), path);
        CHECK(found == (under_way ? std::optional(folder / (stem + ".json")) : std::nullopt));
        const auto error =
            test::error_of([&] { commit::refuse_interrupted_write(os::real_system(), path); });
        REQUIRE(error.has_value() == under_way);
        if (!error) continue;
        CHECK(word_of(error->code()) == "interrupted-write");
        CHECK(test::contains(error->hint(), "nlafix undo --target " + os::shell_quoted(path)));
        CHECK(test::contains(error->hint(), os::shell_quoted(folder / (stem + ".json"))));
    }
}

TEST_CASE("Manifests of other hives, and what only looks like one, mean nothing") {
    const TempFolder folder;
    const std::string path = folder.write_text("SYSTEM", "regf");
    const std::string writing = manifest_text(State::writing);
    folder.write_text("SOFTWARE.nlafix-20261122T105207Z.json", writing);
    folder.write_text("SYSTEM2.nlafix-20261122T105207Z.json", writing);
    folder.write_text(stem + ".json.old", writing);
    folder.write_text("SYSTEM.json", writing);
    folder.write_text("SYSTEM.nlafix-empty.json", "");
    folder.write_text("SYSTEM.nlafix-zeros.json", std::string(4096, '\0'));
    folder.make_folder("SYSTEM.nlafix-folder.json");
    folder.link("SYSTEM.nlafix-link.json", folder / "SYSTEM.json");
    CHECK_FALSE(commit::find_interrupted_write(os::real_system(), path));
}

TEST_CASE("A marker beside the hive names a manifest elsewhere") {
    const TempFolder folder, other;
    const std::string path = folder.write_text("SYSTEM", "regf");
    const std::string manifest = other / (stem + ".json");
    const auto found = [&path] { return commit::find_interrupted_write(os::real_system(), path); };
    folder.write_text("SYSTEM.nlafix-writing", manifest + "\n");
    REQUIRE(commit::marker_path(path) == folder / "SYSTEM.nlafix-writing");
    SUBCASE("that is not at hand") {
        CHECK(found() == manifest);
    }
    SUBCASE("that says that the write is under way") {
        other.write_text(stem + ".json", manifest_text(State::undoing));
        CHECK(found() == manifest);
    }
    SUBCASE("that says that the write is done") {
        other.write_text(stem + ".json", manifest_text(State::written));
        CHECK_FALSE(found());
    }
    SUBCASE("and nothing but a manifest") {
        other.write_text("secret", manifest_text(State::writing));
        folder.write_text("SYSTEM.nlafix-writing", (other / "secret") + "\n");
        CHECK_FALSE(found());
    }
    SUBCASE("but was itself cut") {
        folder.write_text("SYSTEM.nlafix-writing", "");
        CHECK_FALSE(found());
    }
    SUBCASE("and is removed") {
        const commit::Subject subject{path, path, true};
        other.write_text(stem + ".json", manifest_text(State::writing));
        const commit::Record record(os::real_system(), subject, manifest);
        record.end(State::written);
        CHECK_FALSE(os::status_if_any(os::real_system(), commit::marker_path(path), false));
        record.end(State::written);  // a second time: nothing to remove
    }
}
