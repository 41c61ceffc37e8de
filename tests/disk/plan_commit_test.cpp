// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/ntfs/plan_commit.h"

#include <doctest/doctest.h>

#include "disk_commit.h"
#include "ntfs/volume_judge.h"
#include "run_program.h"
#include "temp_folder.h"
#include "thrown.h"

using namespace nlafix;
using namespace nlafix::disk;
using namespace nlafix::test;

namespace {

std::size_t bytes_of(const Epoch& epoch) {
    std::size_t bytes = 0;
    for (const Write& write : epoch.writes) bytes += write.after.size();
    return bytes;
}

/// Nothing is marked wrongly, not even as used.
bool is_sound(BlockDevice& device) {
    const VolumeFindings findings = judge_volume(device);
    CHECK(findings.unreadable == "");
    return findings.torn_records + findings.used_but_free + findings.used_twice + findings.leaked ==
           0;
}

/// Carries the commit out and takes it back, and looks at the volume after each.
void require_there_and_back(DiskCommit& commit, const WritePlan& plan) {
    const Bytes original = commit.device.content;
    REQUIRE(is_sound(commit.device));
    CHECK(state_on(commit.device, plan.epochs) == CommitState::before);
    const std::vector<std::string> logs(commit.change.in_place_files.begin() + 1,
                                        commit.change.in_place_files.end());
    CHECK_NOTHROW(require_own_places(commit.device, commit.range(), plan.epochs, logs));
    carry_out(commit.device, plan.epochs);
    CHECK(state_on(commit.device, plan.epochs) == CommitState::after);
    CHECK(is_sound(commit.device));
    CHECK(equal(commit.hive(), commit.after));
    carry_out(commit.device, reversed(plan.epochs));
    CHECK(state_on(commit.device, plan.epochs) == CommitState::before);
    CHECK(equal(commit.device.content, original));
}

}  // namespace

TEST_CASE("The switch moves the changed clusters and no other") {
    const Bytes before = hive_of(100 * 4096);
    DiskCommit commit({}, before, edited(before, {3, 4, 50}));
    const WritePlan plan = commit.plan();
    CHECK(plan.way == Way::runlist_switch);
    CHECK(plan.why == "");
    REQUIRE(plan.epochs.size() == 3);
    CHECK(bytes_of(plan.epochs[0]) == 4 * 4096 + 512);  // with the head, and a sector of $Bitmap
    CHECK(bytes_of(plan.epochs[1]) == 512);             // one sector of the record
    CHECK(bytes_of(plan.epochs[2]) == 512);
    require_there_and_back(commit, plan);
}

TEST_CASE("The switch keeps who may read the hive, and sets the two times of a write") {
    const Bytes before = hive_of(100 * 4096 + 512);
    DiskCommit commit({}, before, edited(before, {3}));
    const NtfsFile old = commit.volume().find(hive_on_volume).value();
    carry_out(commit.device, commit.plan().epochs);
    const NtfsFile now = commit.volume().find(hive_on_volume).value();
    CHECK(now.record == old.record);
    CHECK(now.attributes == old.attributes);
    CHECK(now.created == old.created);
    CHECK(now.accessed == old.accessed);
    CHECK(now.data_changed == commit_time);
    CHECK(now.record_changed == commit_time);
    CHECK(equal(now.security_descriptor, descriptor_of_hives()));
}

TEST_CASE("A hive that grows is switched too, on clusters of every size") {
    for (const std::uint32_t cluster_bytes : {512u, 4096u, 65536u}) {
        CAPTURE(cluster_bytes);
        NtfsImageOptions image;
        image.cluster_bytes = cluster_bytes;
        const Bytes before = hive_of(40 * 4096);
        DiskCommit commit(image, before, edited(before, {7}, 3 * 4096));
        const WritePlan plan = commit.plan();
        CHECK(plan.way == Way::runlist_switch);
        require_there_and_back(commit, plan);
    }
}

TEST_CASE("Other programs find the volume sound and the hive changed") {
    if (lacks_programs({"ntfsfix", "ntfscat"})) return;
    const TempFolder folder;
    for (const std::size_t pieces : {1U, 60U, 400U}) {  // a small switch, a large one, in place
        CAPTURE(pieces);
        NtfsImageOptions image;
        image.runs = pieces;
        const Bytes before = hive_of(400 * 4096);
        DiskCommit commit(image, before, edited(before, {3, 50, 300}));
        carry_out(commit.device, commit.plan().epochs);
        const std::string path = folder.write("volume", commit.device.content);
        CHECK(run_program({"ntfsfix", "-n", path}).status == 0);
        const Ran hive = run_program({"ntfscat", path, hive_on_volume});
        CHECK(hive.status == 0);
        const void* const raw = hive.output.data();
        CHECK(equal({static_cast<const std::byte*>(raw), hive.output.size()}, commit.after));
    }
}

TEST_CASE("A hive that becomes shorter keeps its clusters") {
    const Bytes before = hive_of(40 * 4096);
    Bytes after = edited(before, {7});
    after.resize(35 * 4096);
    DiskCommit commit({}, before, after);
    require_there_and_back(commit, commit.plan());
}

TEST_CASE("A disk of large sectors is written in large sectors") {
    NtfsImageOptions image;
    image.sector_bytes = 4096;
    const Bytes before = hive_of(40 * 4096);
    DiskCommit commit(image, before, edited(before, {7}), 4096);
    const WritePlan plan = commit.plan();
    CHECK(plan.way == Way::runlist_switch);
    for (const Epoch& epoch : plan.epochs) {
        for (const Write& write : epoch.writes) {
            CHECK(write.offset % 4096 == 0);
            CHECK(write.after.size() % 4096 == 0);
        }
    }
    require_there_and_back(commit, plan);
}

TEST_CASE("Where single clusters do not fit into the record's first sector more of them move") {
    NtfsImageOptions image;
    image.runs = 60;  // their mapping pairs end in the second sector
    const Bytes before = hive_of(120 * 4096);
    DiskCommit commit(image, before, edited(before, {10, 70, 110}));
    const WritePlan plan = commit.plan();
    CHECK(plan.way == Way::runlist_switch);
    CHECK(bytes_of(plan.epochs[1]) == 512);
    CHECK(commit.volume().find(hive_on_volume)->runs.size() == 60);
    require_there_and_back(commit, plan);
}

TEST_CASE("A hive with an attribute list is written in place, for a reason that is told") {
    NtfsImageOptions image;
    image.cluster_bytes = 512;
    image.runs = 1100;
    const Bytes before = hive_of(1100 * 512);
    DiskCommit commit(image, before, edited(before, {10, 20}));
    const WritePlan plan = commit.plan();
    CHECK(plan.way == Way::in_place);
    CHECK(contains(plan.why, "attribute list"));
    CHECK(plan.epochs.size() == 3);
    require_there_and_back(commit, plan);
}

TEST_CASE("Without room the hive is written in place") {
    NtfsImageOptions image;
    image.free_clusters = 0;
    const Bytes before = hive_of(40 * 4096);
    DiskCommit commit(image, before, edited(before, {10, 20, 30}));
    const WritePlan plan = commit.plan();
    CHECK(plan.way == Way::in_place);
    CHECK(contains(plan.why, "no room"));
    require_there_and_back(commit, plan);
}

TEST_CASE("Where the hive would have to grow in place it is refused") {
    const Bytes before = hive_of(40 * 4096);
    NtfsImageOptions full;
    full.free_clusters = 0;
    DiskCommit without_room(full, before, edited(before, {10}, 5 * 4096));
    CHECK(word_thrown_by([&] { without_room.plan(); }) == "no-room");
    NtfsImageOptions listed;
    listed.attribute_list = true;
    DiskCommit with_list(listed, before, edited(before, {10}, 4096));
    CHECK(word_thrown_by([&] { with_list.plan(); }) == "unsuitable-file");
    with_list.change.in_place.epochs.clear();
    CHECK(word_thrown_by([&] { with_list.plan(); }) == "unsuitable-file");
}

TEST_CASE("A way in place may write into a log as well, where it has the room") {
    const Bytes before = hive_of(40 * 4096);
    const std::string log_path = "Windows/System32/config/SYSTEM.LOG1";
    NtfsImageOptions image;
    image.attribute_list = true;
    image.files = {{log_path, Bytes(8 * 4096)}};
    DiskCommit commit(image, before, edited(before, {10, 20}));
    commit.change.in_place_files.push_back(log_path);
    commit.change.in_place.way = Way::log_first;
    Epoch log_entry;
    log_entry.writes = {{file_of_log(0), 512, patterned(5000)}};
    std::vector<Epoch>& epochs = commit.change.in_place.epochs;
    epochs.insert(epochs.begin(), log_entry);
    const WritePlan plan = commit.plan();
    CHECK(plan.way == Way::log_first);
    CHECK(plan.epochs.size() == 4);
    carry_out(commit.device, plan.epochs);
    const Bytes log = commit.volume().read_file(log_path, 1 << 20);
    CHECK(equal(ByteView(log).subspan(512, 5000), patterned(5000)));
    carry_out(commit.device, reversed(plan.epochs));
    require_there_and_back(commit, plan);

    epochs[0].writes[0].offset = 7 * 4096;  // behind its end
    CHECK(contains(message_thrown_by([&] { commit.plan(); }), "SYSTEM.LOG1 would have to grow"));
    epochs[0].writes[0].offset = 512;
    epochs[0].resizes = {{file_of_log(0), 9 * 4096}};
    CHECK(contains(message_thrown_by([&] { commit.plan(); }), "SYSTEM.LOG1 would change its size"));
    commit.change.in_place_files[1] = "Windows/nothing";
    CHECK(contains(message_thrown_by([&] { commit.plan(); }), "there is no Windows/nothing"));
}

TEST_CASE("A hive that is not what was read is not written") {
    const Bytes before = hive_of(40 * 4096);
    DiskCommit commit({}, before, edited(before, {10}));
    commit.before[5000] ^= std::byte{1};
    CHECK(word_thrown_by([&] { commit.plan(); }) == "hive-changed");
}

TEST_CASE("Volumes that may not be written are refused") {
    const Bytes before = hive_of(40 * 4096);
    NtfsImageOptions image;
    image.hibernated = true;
    DiskCommit hibernated(image, before, edited(before, {10}));
    CHECK(word_thrown_by([&] { hibernated.plan(); }) == "hibernated");
    image = {};
    image.storage = Storage::compressed;
    DiskCommit compressed(image, before, edited(before, {10}));
    CHECK(word_thrown_by([&] { compressed.plan(); }) == "unsuitable-file");
}

TEST_CASE("A volume whose bitmap gives away clusters of the hive is not written") {
    const Bytes before = hive_of(40 * 4096);
    DiskCommit commit({}, before, edited(before, {10}));
    const std::vector<ClusterRun> runs = commit.volume().find(hive_on_volume)->runs;
    const NtfsGeometry geometry = commit.volume().geometry();
    const std::uint64_t cluster = runs[0].first + 10;
    const std::uint64_t place = geometry.bitmap[0].first * geometry.cluster_bytes + cluster / 8;
    commit.device.content[place] &= ~static_cast<std::byte>(1U << (cluster % 8));
    CHECK(word_thrown_by([&] { commit.plan(); }) == "unclean-volume");
}

TEST_CASE("A volume where a free cluster belongs to a file is not written") {
    const Bytes before = hive_of(40 * 4096);
    NtfsImageOptions image;
    image.files = {{"neighbour", patterned(20 * 4096)}};
    DiskCommit commit(image, before, edited(before, {10}));
    const NtfsGeometry geometry = commit.volume().geometry();
    const NtfsFile neighbour = commit.volume().find("neighbour").value();
    for (const ClusterRun& run : neighbour.runs) {
        for (std::uint64_t at = run.first; at < run.first + run.count; ++at) {
            const std::uint64_t place = geometry.bitmap[0].first * geometry.cluster_bytes + at / 8;
            commit.device.content[place] &= ~static_cast<std::byte>(1U << (at % 8));
        }
    }
    CHECK(word_thrown_by([&] { commit.plan(); }) == "unclean-volume");
}
