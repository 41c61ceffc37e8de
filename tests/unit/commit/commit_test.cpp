// SPDX-License-Identifier: GPL-2.0-or-later
// A verified image on the disk, and the way back.
#include "commit/commit.h"

#include <doctest/doctest.h>
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "app/hive_place.h"
#include "app/session.h"
#include "commit/backup.h"
#include "commit/interrupted.h"
#include "commit/undo.h"
#include "forwarding_system.h"
#include "os/paths.h"
#include "prepared_hive.h"
#include "regf/base_block.h"
#include "temp_folder.h"
#include "thrown.h"
#include "verify/verify.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using commit::State;
using test::TempFolder;

namespace {

/// A system whose files all lie on a file system of one type.
class FileSystemOf : public test::ForwardingSystem {
public:
    explicit FileSystemOf(std::string type)
        : ForwardingSystem(os::real_system()), type_(std::move(type)) {}
    int file_system(const std::string& path, os::FileSystemStatus& status) override {
        const int result = ForwardingSystem::file_system(path, status);
        status.type = type_;
        status.read_only = read_only;
        if (free_bytes != 0) status.free_bytes = free_bytes;
        return result;
    }
    bool read_only = false;
    std::uint64_t free_bytes = 0;  // 0: as it is

private:
    std::string type_;
};

/// A hive in a folder of its own, with its edit.
struct Fixed {
    explicit Fixed(const std::string& file_system_type)
        : system(file_system_type), hive(f::small_tree({false, false})), image(hive.edited()) {
        path = folder.write("SYSTEM", hive.built.bytes);
    }

    struct Result {
        std::string backup;
        bool in_place = false;
    };

    /// As the stages of app do it, through the place of a file.
    Result fix(const commit::CommitOptions& options) {
        const auto place = app::make_file_place(system, {source::TargetKind::hive, path});
        const source::HiveFiles files = place->read();
        place->open_for_writing();
        app::PlannedWrite planned = place->plan(files, image.bytes, {}, test::edit_time);
        const bool in_place = planned.plan.way == Way::in_place;
        const auto verified = verify::verify(hive.clean, hive.plan, image);
        return {place->commit(files, planned, verified, options).copy, in_place};
    }
    Result fix() { return fix({"", {"an edit"}, test::edit_time}); }
    app::Report run_undo(const std::string& backup) {
        app::Session session(system, {});
        return session.run(app::Command::undo, backup, {});
    }
    app::Report undo(const std::string& backup) {
        app::Report report = run_undo(backup);
        REQUIRE_MESSAGE(!report.error, report.error->message());
        return report;
    }
    std::string word_of_undo(const std::string& backup) {
        const app::Report report = run_undo(backup);
        return report.error ? std::string(word_of(report.error->code())) : "nothing";
    }
    commit::Journal journal_of(const std::string& manifest) {
        return commit::read_journal(system, manifest, before().size());
    }
    Bytes content() const { return test::read_file(path); }
    const Bytes& before() const { return hive.built.bytes; }
    const Bytes& after() const { return image.bytes; }

    TempFolder folder;
    FileSystemOf system;
    test::PreparedHive hive;
    hivex::EditedImage image;
    std::string path;
};

std::string manifest_of(const std::string& copy) {
    return commit::backup_paths_of(copy).manifest;
}

std::vector<std::string> names_in(const TempFolder& folder) {
    return os::names_in(os::real_system(), folder.path());
}

constexpr const char* replaceable = "ext4";
constexpr const char* in_place_only = "fuseblk";

}  // namespace

TEST_CASE("A fix leaves the image, a backup and a record; undo gives back the original") {
    for (const char* type : {replaceable, in_place_only}) {
        CAPTURE(std::string(type));
        Fixed fixed(type);
        const Fixed::Result result = fixed.fix();
        CHECK(result.in_place == (std::string(type) == in_place_only));
        CHECK(fixed.content() == fixed.after());
        CHECK(test::read_file(result.backup) == fixed.before());
        const std::string manifest = manifest_of(result.backup);
        const auto record = fixed.journal_of(manifest);
        CHECK(record.state == State::written);
        CHECK(record.target == "SYSTEM");
        CHECK(record.way == (result.in_place ? Way::in_place : Way::replace));
        CHECK(record.edits == std::vector<std::string>{"an edit"});
        CHECK(names_in(fixed.folder).size() == 3);  // hive, copy, manifest

        const app::Report undone = fixed.undo(manifest);
        CHECK(undone.changed);
        CHECK(fixed.content() == fixed.before());
        CHECK(fixed.journal_of(manifest).state == State::undone);
        const app::Report again = fixed.undo(result.backup);
        CHECK_FALSE(again.changed);
        CHECK(fixed.content() == fixed.before());
    }
}

TEST_CASE("A hive with two names is written in place, so that both show the new content") {
    Fixed fixed(replaceable);
    std::filesystem::create_hard_link(test::to_path(fixed.path),
                                      test::to_path(fixed.folder / "other"));
    CHECK(fixed.fix().in_place);
    CHECK(test::read_file(fixed.folder / "other") == fixed.after());
}

TEST_CASE("Only file systems that are known to replace a file atomically are trusted to") {
    for (const char* type : {"ext4", "xfs", "btrfs", "tmpfs"}) {
        Fixed fixed(type);
        CHECK_FALSE(fixed.fix().in_place);
    }
    for (const char* type : {"ntfs", "ntfs3", "fuseblk", "fuse", "vfat", "nfs4", "9p", ""}) {
        Fixed fixed(type);
        CHECK(fixed.fix().in_place);
    }
}

TEST_CASE("Mode and place in the folder survive both ways of writing") {
    for (const char* type : {replaceable, in_place_only}) {
        Fixed fixed(type);
        std::filesystem::permissions(test::to_path(fixed.path), std::filesystem::perms(0640));
        const std::string backup = fixed.fix().backup;
        CHECK(os::status_of(fixed.system, fixed.path, false).permissions == 0640);
        fixed.undo(backup);
        CHECK(os::status_of(fixed.system, fixed.path, false).permissions == 0640);
    }
}

TEST_CASE("With the backup elsewhere the manifest has the whole path, and no marker stays") {
    for (const char* type : {replaceable, in_place_only}) {
        const TempFolder backups;
        Fixed fixed(type);
        const auto result = fixed.fix({backups.path(), {}, test::edit_time});
        CHECK(result.backup.find(backups.path()) == 0);
        CHECK(fixed.journal_of(manifest_of(result.backup)).target == fixed.path);
        CHECK(names_in(fixed.folder) == std::vector<std::string>{"SYSTEM"});
        const auto loaded = commit::load_backup(fixed.system, result.backup);
        CHECK(commit::target_of(fixed.system, loaded) == fixed.path);
        fixed.undo(result.backup);
        CHECK(fixed.content() == fixed.before());
        CHECK(names_in(fixed.folder) == std::vector<std::string>{"SYSTEM"});
    }
}

TEST_CASE("An interruption before the first write leaves nothing behind") {
    for (const char* type : {replaceable, in_place_only}) {
        Fixed fixed(type);
        CHECK(test::word_thrown_by([&] {
                  fixed.fix({"", {}, test::edit_time, [] { return true; }});
              }) == "interrupted");
        CHECK(fixed.content() == fixed.before());
        CHECK(names_in(fixed.folder) == std::vector<std::string>{"SYSTEM"});
    }
}

TEST_CASE("Undo refuses a hive that changed since, and leaves it alone") {
    for (const char* type : {replaceable, in_place_only}) {
        Fixed fixed(type);
        const std::string backup = fixed.fix().backup;
        Bytes changed = fixed.after();
        changed.back() ^= std::byte{1};
        fixed.folder.write("SYSTEM", changed);
        CHECK(fixed.word_of_undo(backup) == "hive-changed");
        CHECK(fixed.content() == changed);
        changed = fixed.after();
        changed.push_back(std::byte{0});
        fixed.folder.write("SYSTEM", changed);
        CHECK(fixed.word_of_undo(backup) == "hive-changed");
        CHECK(fixed.content() == changed);
    }
}

TEST_CASE("A write in place that was cut is refused by all others and undone by undo") {
    Fixed fixed(in_place_only);
    const std::string backup = fixed.fix().backup;
    const std::string manifest = manifest_of(backup);
    // Half of the new pages, under the opening head.
    Bytes cut = fixed.before();
    Bytes opening(fixed.before().begin(), fixed.before().begin() + 512);
    put_u64(opening, regf::timestamp_at, u64_at(fixed.after(), regf::timestamp_at));
    regf::put_sequence_numbers(opening, 102, 101);
    std::copy(opening.begin(), opening.end(), cut.begin());
    constexpr std::ptrdiff_t page = 4096;
    std::copy(fixed.after().begin() + page, fixed.after().begin() + page + page / 2,
              cut.begin() + page);
    REQUIRE(cut != fixed.before());
    fixed.folder.write("SYSTEM", cut);
    SUBCASE("while the record says writing") {
        commit::put_state(fixed.system, manifest, State::writing);
        CHECK(commit::find_interrupted_write(fixed.system, fixed.path) == manifest);
        CHECK(fixed.undo(backup).changed);
        CHECK(fixed.content() == fixed.before());
        CHECK_FALSE(commit::find_interrupted_write(fixed.system, fixed.path));
    }
    SUBCASE("while the record says undoing") {
        commit::put_state(fixed.system, manifest, State::undoing);
        CHECK(fixed.undo(manifest).changed);
        CHECK(fixed.content() == fixed.before());
    }
    SUBCASE("but not while the record says that the write was confirmed") {
        CHECK(fixed.word_of_undo(backup) == "hive-changed");
        CHECK(fixed.content() == cut);
    }
    SUBCASE("and not with one foreign byte in it") {
        commit::put_state(fixed.system, manifest, State::writing);
        cut.at(600) ^= std::byte{0x55};  // between the head and the boot fields: always zero
        fixed.folder.write("SYSTEM", cut);
        CHECK(fixed.word_of_undo(backup) == "hive-changed");
        CHECK(fixed.content() == cut);
    }
}

TEST_CASE("A backup that is damaged is refused before the hive is looked at") {
    Fixed fixed(replaceable);
    const std::string backup = fixed.fix().backup;
    const std::string manifest = manifest_of(backup);
    const std::string record = test::read_text(manifest);
    Bytes copy = fixed.before();
    std::string expected = "malformed-backup";
    SUBCASE("one byte of the copy") {
        copy[5000] ^= std::byte{1};
        fixed.folder.write(os::name_of(backup), copy);
    }
    SUBCASE("the end of the copy") {
        copy.pop_back();
        fixed.folder.write(os::name_of(backup), copy);
    }
    SUBCASE("an empty copy") {
        fixed.folder.write(os::name_of(backup), {});
    }
    SUBCASE("half of the manifest") {
        fixed.folder.write_text(os::name_of(manifest), record.substr(0, record.size() / 2));
    }
    SUBCASE("no copy") {
        os::remove(fixed.system, backup);
        expected = "no-such-file";
    }
    SUBCASE("no manifest") {
        os::remove(fixed.system, manifest);
        expected = "no-such-file";
    }
    CHECK(test::word_thrown_by([&] { commit::load_backup(fixed.system, backup); }) == expected);
    CHECK(fixed.content() == fixed.after());
}

TEST_CASE("A manifest from a hostile disk cannot send undo elsewhere") {
    Fixed fixed(replaceable);
    const std::string backup = fixed.fix().backup;
    commit::LoadedBackup loaded = commit::load_backup(fixed.system, backup);
    const auto word = [&](const std::string& target) {
        loaded.journal.target = target;
        return test::word_thrown_by([&] { commit::target_of(fixed.system, loaded); });
    };
    CHECK(word("SYSTEM") == "nothing");
    for (const char* target : {"", ".", "..", "../SYSTEM", "a/SYSTEM", "./SYSTEM"}) {
        CAPTURE(std::string(target));
        CHECK(word(target) == "malformed-backup");
    }
    CHECK(word("absent") == "no-such-file");
    fixed.folder.link("link", fixed.path);
    CHECK(word("link") == "link-leads-out");
    CHECK(word(fixed.folder / "link") == "link-leads-out");
}

TEST_CASE("What keeps a fix from being written is seen before anything is") {
    const auto word = [](FileSystemOf& system, const std::string& path,
                         const std::string& backup_folder, std::uint64_t image_bytes) {
        const os::File file = os::File::open(system, path, {});
        return test::word_thrown_by([&] {
            const commit::Subject subject{path, path, true};
            commit::require_writable(
                file, commit::BackupFolder(system, subject, backup_folder).path(), image_bytes);
        });
    };
    Fixed fixed(replaceable);
    const std::uint64_t size = fixed.before().size();
    CHECK(word(fixed.system, fixed.path, "", size) == "nothing");
    CHECK(word(fixed.system, fixed.path, fixed.folder / "absent", size) == "no-backup-folder");
    CHECK(word(fixed.system, fixed.path, fixed.path, size) == "no-backup-folder");
    fixed.system.read_only = true;
    CHECK(word(fixed.system, fixed.path, "", size) == "read-only");
    fixed.system.read_only = false;
    fixed.system.free_bytes = 4096;
    CHECK(word(fixed.system, fixed.path, "", size) == "no-room");
    CHECK(names_in(fixed.folder) == std::vector<std::string>{"SYSTEM"});
}
