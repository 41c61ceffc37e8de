// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/windows_table.h"

#include <doctest/doctest.h>

#include "thrown.h"

using namespace nlafix;
using source::DiskVolume;
using test::contains;

namespace {

DiskVolume volume(std::uint32_t number, disk::VolumeKind kind, const std::string& label = "",
                  std::vector<source::DiskHive> hives = {}) {
    DiskVolume made;
    made.partition.number = number;
    made.partition.range = {number * 1048576ULL, 1536ULL << 20};
    made.kind = kind;
    made.label = label;
    made.hives = std::move(hives);
    return made;
}

const source::DiskHive live = {"Windows/System32/config/SYSTEM", false};
const source::DiskHive old = {"Windows.old/System32/config/SYSTEM", true};

app::FoundWindows choose(const std::vector<DiskVolume>& volumes,
                         const app::WantedWindows& wanted = {}) {
    return app::choose_windows(volumes, wanted, {"disk.img"}, [](const app::FoundWindows& windows) {
        return windows.volume->partition.number == 3 ? "Windows Server 2019" : "";
    });
}

Error refusal(const std::vector<DiskVolume>& volumes, const app::WantedWindows& wanted = {}) {
    return test::error_of([&] { choose(volumes, wanted); }).value();
}

/// What chooses each Windows that `error` names.
std::string options_of(const Error& error) {
    std::string all;
    for (const WindowsChoice& choice : error.choices()) all += choice.options + '|';
    return all;
}

}  // namespace

TEST_CASE("the one live Windows is taken, whatever else is on the disk") {
    const std::vector<DiskVolume> volumes = {volume(1, disk::VolumeKind::fat),
                                             volume(2, disk::VolumeKind::bitlocker),
                                             volume(3, disk::VolumeKind::ntfs, "C", {old, live})};
    CHECK(choose(volumes).volume == &volumes[2]);
    CHECK(choose(volumes).hive == live.path);
    CHECK(choose(volumes, {3, ""}).volume == &volumes[2]);
}

TEST_CASE("of two in one volume the folder chooses, also one that was set aside") {
    const source::DiskHive second = {"WINNT/System32/config/SYSTEM", false};
    const std::vector<DiskVolume> volumes = {
        volume(1, disk::VolumeKind::ntfs, "C", {live, second, old})};
    CHECK(refusal(volumes).code() == ErrorCode::several_windows);
    CHECK(contains(refusal(volumes).hint(), "--windows"));
    CHECK(options_of(refusal(volumes)) == "--windows Windows|--windows WINNT|");
    CHECK(choose(volumes, {std::nullopt, "winnt"}).hive == second.path);
    CHECK(choose(volumes, {1, "Windows"}).hive == live.path);
    CHECK(choose(volumes, {std::nullopt, "Windows.old"}).hive == old.path);
    const Error error = refusal(volumes, {std::nullopt, "WINDOWS2"});
    CHECK(error.code() == ErrorCode::no_windows);
    CHECK(contains(error.hint(), "Windows, WINNT, Windows.old"));
}

TEST_CASE("several are listed with partition, size, label and version, and one is asked for") {
    const std::vector<DiskVolume> volumes = {volume(2, disk::VolumeKind::ntfs, "Old", {live}),
                                             volume(3, disk::VolumeKind::ntfs, "New", {live})};
    const Error error = refusal(volumes);
    CHECK(error.code() == ErrorCode::several_windows);
    CHECK(error.message() ==
          "disk.img: holds more than one Windows: partition 2 (1.5 GiB, \"Old\", NTFS): "
          "Windows/System32/config/SYSTEM; partition 3 (1.5 GiB, \"New\", NTFS): "
          "Windows/System32/config/SYSTEM, Windows Server 2019");
    CHECK(error.message_without_choices() == "disk.img: holds more than one Windows");
    CHECK(error.choices()[1].partition == 3);
    CHECK(contains(error.hint(), "--partition"));
    CHECK(options_of(error) == "--partition 2|--partition 3|");
    CHECK(choose(volumes, {2, ""}).volume == &volumes[0]);
}

TEST_CASE("two on one volume cannot be told apart by its number") {
    const source::DiskHive second = {"WINNT/System32/config/SYSTEM", false};
    const DiskVolume two = volume(1, disk::VolumeKind::ntfs, "", {live, second});
    const Error error = refusal({two});
    CHECK(error.code() == ErrorCode::several_windows);
    CHECK_FALSE(contains(error.hint(), "--partition"));
    CHECK(options_of(error) == "--windows Windows|--windows WINNT|");
    CHECK(options_of(refusal({two, volume(2, disk::VolumeKind::ntfs, "", {live})})) ==
          "--partition 1 --windows Windows|--partition 1 --windows WINNT|--partition 2|");
}

TEST_CASE("a partition that is not there is named with those that are") {
    const Error error = refusal({volume(1, disk::VolumeKind::refs)}, {4, ""});
    CHECK(error.code() == ErrorCode::no_partition);
    CHECK(contains(error.message(), "no partition 4: partition 1 (1.5 GiB, ReFS)"));
}

TEST_CASE("without a Windows the reason is the one that matters most") {
    DiskVolume damaged = volume(2, disk::VolumeKind::ntfs);
    damaged.error = Error(ErrorCode::malformed_volume, "no root folder");
    const DiskVolume encrypted = volume(3, disk::VolumeKind::bitlocker);
    const DiskVolume set_aside = volume(4, disk::VolumeKind::ntfs, "", {old});

    CHECK(refusal({damaged, encrypted, set_aside}).code() == ErrorCode::bitlocker);
    CHECK(refusal({damaged, set_aside}).code() == ErrorCode::malformed_volume);
    CHECK(refusal({set_aside}).code() == ErrorCode::no_windows);
    CHECK(contains(refusal({set_aside}).message(), old.path));
    CHECK(refusal({volume(1, disk::VolumeKind::other)}).code() == ErrorCode::no_windows);
    CHECK(contains(refusal({}).message(), "no partition"));
    // Of the chosen partition alone.
    CHECK(refusal({damaged, encrypted}, {2, ""}).code() == ErrorCode::malformed_volume);
}

TEST_CASE("What hides a Windows says what brings it to light") {
    CHECK(contains(refusal({volume(1, disk::VolumeKind::luks)}).hint(), "cryptsetup open"));
    DiskVolume member = volume(1, disk::VolumeKind::other);
    member.set = disk::SetMember{"one member of a pool", "attach all of it", false};
    CHECK(refusal({member}).code() == ErrorCode::pool_member);
    CHECK(refusal({member}).hint() == "attach all of it");
    member.set->is_whole = true;
    CHECK(refusal({member}).code() == ErrorCode::no_windows);
}
