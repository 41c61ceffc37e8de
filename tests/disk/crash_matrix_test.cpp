// SPDX-License-Identifier: GPL-2.0-or-later
// What a power cut leaves of a commit to an NTFS volume: every subset of the writes that no flush
// has followed, every subset of their sectors where there are few, and samples where there are
// many.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <functional>
#include <random>

#include "disk_commit.h"
#include "ntfs/volume_judge.h"

using namespace nlafix;
using namespace nlafix::disk;
using namespace nlafix::test;

namespace {

constexpr std::size_t sector_bytes = 512;
constexpr std::size_t most_parts_for_all = 8;
constexpr std::size_t samples = 500;

/// What a cut leaves or takes as a whole.
struct Part {
    std::uint64_t offset = 0;
    ByteView bytes;
};

std::vector<Part> parts_of(const Epoch& epoch, std::size_t most_bytes) {
    std::vector<Part> parts;
    for (const Write& write : epoch.writes) {
        for (std::size_t at = 0; at < write.after.size(); at += most_bytes) {
            const std::size_t length = std::min(most_bytes, write.after.size() - at);
            parts.push_back({write.offset + at, ByteView(write.after).subspan(at, length)});
        }
    }
    return parts;
}

using Visit = std::function<void(const std::vector<Part>& kept)>;

void visit_subsets(const std::vector<Part>& parts, const Visit& visit) {
    const auto visit_those = [&](const std::function<bool(std::size_t)>& is_kept) {
        std::vector<Part> kept;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if (is_kept(i)) kept.push_back(parts[i]);
        }
        visit(kept);
    };
    if (parts.size() <= most_parts_for_all) {
        for (std::size_t mask = 0; mask < std::size_t{1} << parts.size(); ++mask) {
            visit_those([&](std::size_t i) { return (mask >> i & 1) != 0; });
        }
        return;
    }
    std::mt19937 random(static_cast<unsigned>(parts.size()));
    for (std::size_t n = 0; n < samples; ++n) {
        // Few of them, many of them, and all between.
        const double share = static_cast<double>(n) / (samples - 1);
        std::bernoulli_distribution kept(share);
        visit_those([&](std::size_t /*i*/) { return kept(random); });
    }
}

struct Tally {
    std::size_t states = 0;
    std::size_t old = 0;
    std::size_t new_ = 0;
    std::size_t unfinished = 0;
    std::size_t leaking = 0;
    std::vector<std::string> problems;  // the first few
    std::size_t problem_count = 0;

    void note(const std::string& problem) {
        ++problem_count;
        if (problems.size() < 5) problems.push_back(problem);
    }
};

bool is_visibly_unfinished(ByteView hive) {
    const regf::BaseBlock head = regf::read_base_block(hive);
    return !head.sequence_numbers_agree() || !head.checksum_is_right();
}

/// Looks at what is on a disk after a cut of `epochs`, and puts it right by `undo`.
class Examiner {
public:
    Examiner(DiskCommit& commit, const WritePlan& plan) : commit_(commit), plan_(plan) {}

    void examine(BlockDevice& disk, Tally& tally) {
        ++tally.states;
        const VolumeFindings findings = judge_volume(disk);
        if (!findings.unreadable.empty()) tally.note("volume: " + findings.unreadable);
        if (findings.torn_records != 0) tally.note("a torn MFT record");
        if (findings.used_but_free != 0) tally.note("a used cluster is marked as free");
        if (findings.used_twice != 0) tally.note("a cluster belongs to two files");
        tally.leaking += findings.leaked != 0 ? 1 : 0;
        classify(disk, tally);
        const commit::Progress progress = progress_on(disk, plan_.epochs);
        if (progress.state == CommitState::foreign) tally.note("taken as foreign");
        OverlayDevice undone(disk);
        carry_out(undone, nlafix::reversed(plan_.epochs, progress.begun));
        if (state_on(undone, plan_.epochs) != CommitState::before) tally.note("not undone");
        if (!is_original(undone)) tally.note("undone, but not to the byte");
    }

private:
    void classify(BlockDevice& disk, Tally& tally) {
        try {
            NtfsVolume volume = NtfsVolume::open(disk, {0, disk.size_bytes()});
            const Bytes hive = volume.read_file(hive_on_volume, std::size_t{1} << 26);
            if (equal(hive, commit_.before)) {
                ++tally.old;
            } else if (equal(hive, commit_.after)) {
                ++tally.new_;
            } else if (is_visibly_unfinished(hive)) {
                ++tally.unfinished;
            } else {
                tally.note("a mixture that nothing shows");
            }
        } catch (const Error& error) {
            tally.note(error.message());
        }
    }

    /// Only the ranges of the plan can differ: nothing else was ever written.
    bool is_original(BlockDevice& disk) const {
        for (const Epoch& epoch : plan_.epochs) {
            for (const Write& write : epoch.writes) {
                const Bytes found = read_bytes(disk, write.offset, write.after.size());
                const auto begin =
                    commit_.device.content.begin() + static_cast<std::ptrdiff_t>(write.offset);
                if (!std::equal(found.begin(), found.end(), begin)) return false;
            }
        }
        return true;
    }

    DiskCommit& commit_;
    const WritePlan& plan_;
};

/// Cuts the power in every epoch of `epochs`, which begin on `disk`.
void cut_everywhere(BlockDevice& disk, const std::vector<Epoch>& epochs, Examiner& examiner,
                    Tally& tally) {
    OverlayDevice reached(disk);
    for (const Epoch& epoch : epochs) {
        const std::vector<Part> writes = parts_of(epoch, ~std::size_t{0} >> 1);
        const std::vector<Part> sectors = parts_of(epoch, sector_bytes);
        for (const std::vector<Part>* parts : {&writes, &sectors}) {
            if (parts == &sectors && sectors.size() == writes.size()) continue;
            visit_subsets(*parts, [&](const std::vector<Part>& kept) {
                OverlayDevice state(static_cast<BlockDevice&>(reached));
                for (const Part& part : kept) state.write(part.bytes, part.offset);
                examiner.examine(state, tally);
            });
        }
        for (const Write& write : epoch.writes) reached.write(write.after, write.offset);
    }
}

Tally cut_there_and_back(DiskCommit& commit, const WritePlan& plan) {
    Tally tally;
    Examiner examiner(commit, plan);
    cut_everywhere(commit.device, plan.epochs, examiner, tally);
    OverlayDevice done(commit.device);
    carry_out(done, plan.epochs);
    cut_everywhere(done, reversed(plan.epochs), examiner, tally);
    return tally;
}

void print(const std::string& name, const WritePlan& plan, const Tally& tally) {
    std::string writes;
    for (const Epoch& epoch : plan.epochs) {
        writes += (writes.empty() ? "" : "+") + std::to_string(epoch.writes.size());
    }
    fmt::print("| {:<44} | {:<8} | {:>10} | {:>6} | {:>6} | {:>6} | {:>10} | {:>7} | {:>8} |\n",
               name, plan.way == Way::runlist_switch ? "switch" : "in place", writes, tally.states,
               tally.old, tally.new_, tally.unfinished, tally.leaking, tally.problem_count);
}

struct Row {
    std::string name;
    Way way;
    NtfsImageOptions image;
    std::size_t hive_bytes;
    std::vector<std::size_t> pages;
    std::size_t growth_bytes = 0;
    std::uint32_t alignment_bytes = 512;
};

NtfsImageOptions small_image() {
    NtfsImageOptions image;
    image.size_bytes = std::uint64_t{8} << 20;
    return image;
}

NtfsImageOptions with(const std::function<void(NtfsImageOptions&)>& change) {
    NtfsImageOptions image = small_image();
    change(image);
    return image;
}

std::vector<Row> rows() {
    using enum Way;
    using Image = NtfsImageOptions;
    const std::size_t page = 4096;
    return {
        {"same size", runlist_switch, small_image(), 100 * page, {3, 4, 50}},
        {"growing", runlist_switch, small_image(), 100 * page, {3, 50}, 3 * page},
        {"same size, clusters of 512",
         runlist_switch,
         with([](Image& image) { image.cluster_bytes = 512; }),
         100 * page,
         {3, 4, 50}},
        {"growing, clusters of 64 KiB",
         runlist_switch,
         with([](Image& image) { image.cluster_bytes = 65536; }),
         60 * page,
         {3, 50},
         page},
        {"same size, 20 pieces",
         runlist_switch,
         with([](Image& image) { image.runs = 20; }),
         100 * page,
         {3, 50, 90}},
        {"growing, 60 pieces: all of it moves",
         runlist_switch,
         with([](Image& image) { image.runs = 60; }),
         120 * page,
         {3, 50, 90},
         2 * page},
        {"same size, nearly full",
         runlist_switch,
         with([](Image& image) { image.free_clusters = 4; }),
         100 * page,
         {3, 50}},
        {"growing, nearly full, free clusters apart",
         runlist_switch,
         with([](Image& image) {
             image.free_clusters = 12;
             image.free_ones_apart = true;
         }),
         100 * page,
         {3, 50},
         3 * page},
        {"growing, sectors of 4096",
         runlist_switch,
         with([](Image& image) { image.sector_bytes = 4096; }),
         60 * page,
         {3, 50},
         page,
         4096},
        {"same size, 1,100 pieces, attribute list",
         in_place,
         with([](Image& image) {
             image.cluster_bytes = 512;
             image.runs = 1100;
         }),
         1100 * 512,
         {3, 50, 90}},
        {"same size, attribute list",
         in_place,
         with([](Image& image) { image.attribute_list = true; }),
         100 * page,
         {3, 50, 90}},
        {"same size, full",
         in_place,
         with([](Image& image) { image.free_clusters = 0; }),
         100 * page,
         {3, 4, 5, 50, 60, 70, 80, 90, 95, 99}},
    };
}

}  // namespace

TEST_CASE("a power cut in a commit leaves the old hive, the new one, or one that shows it is cut") {
    fmt::print("| {:<44} | {:<8} | {:>10} | {:>6} | {:>6} | {:>6} | {:>10} | {:>7} | {:>8} |\n",
               "Change of the hive", "Way", "Writes", "States", "Old", "New", "Unfinished",
               "Leaking", "Problems");
    for (const Row& row : rows()) {
        CAPTURE(row.name);
        const Bytes before = hive_of(row.hive_bytes);
        DiskCommit commit(row.image, before, edited(before, row.pages, row.growth_bytes),
                          row.alignment_bytes);
        const WritePlan plan = commit.plan();
        CHECK(plan.way == row.way);
        const Tally tally = cut_there_and_back(commit, plan);
        print(row.name, plan, tally);
        for (const std::string& problem : tally.problems) {
            FAIL_CHECK(problem);
        }
        CHECK(tally.old > 0);
        CHECK(tally.new_ > 0);
        CHECK((tally.unfinished > 0) == (row.way == Way::in_place));
    }
}

TEST_CASE("the matrix finds what goes wrong where flushes are left out") {
    const Bytes before = hive_of(100 * 4096);
    for (const bool attribute_list : {false, true}) {
        NtfsImageOptions image = small_image();
        image.attribute_list = attribute_list;
        DiskCommit commit(image, before, edited(before, {3, 50}));
        WritePlan plan = commit.plan();
        WritePlan hasty = plan;
        hasty.epochs = {{}};
        OverlayDevice all(commit.device);
        carry_out(all, plan.epochs);
        hasty.epochs[0].writes = all.changes();
        Tally tally;
        Examiner examiner(commit, hasty);
        cut_everywhere(commit.device, hasty.epochs, examiner, tally);
        CHECK(tally.problem_count > 0);
    }
}
