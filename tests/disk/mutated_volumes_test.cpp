// SPDX-License-Identifier: GPL-2.0-or-later
// NTFS volumes with spoilt structures: whatever they say, each ends in an answer or in an Error,
// and soon.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <random>

#include "disk_commit.h"
#include "ntfs/volume_judge.h"

using namespace nlafix;
using namespace nlafix::disk;
using namespace nlafix::test;

namespace {

constexpr unsigned mutants = 2000;
constexpr double most_seconds = 10;  // of processor time, for one mutant, with sanitizers

struct Region {
    std::uint64_t offset = 0;
    std::size_t size_bytes = 0;
};

/// Boot sector, MFT records, index blocks, restart pages and $Bitmap of a volume: what is in use of
/// them, and leads to the hive.
struct Regions {
    Region boot{0, 512};
    std::vector<Region> records;
    std::vector<Region> others;
};

constexpr char16_t filler_name[] = u"filler";

bool is_of_filler(ByteView record) {
    const auto* name = static_cast<const std::byte*>(static_cast<const void*>(filler_name));
    return std::search(record.begin(), record.end(), name, name + 12) != record.end();
}

Regions regions_of(DiskCommit& commit) {
    Regions regions;
    const Bytes& content = commit.device.content;
    for (std::size_t at = 0; at + 4096 <= content.size(); at += 512) {
        if (std::memcmp(&content[at], "FILE", 4) == 0 && (u16_at(content, at + 22) & 1) != 0 &&
            !is_of_filler(ByteView(content).subspan(at, 1024))) {
            regions.records.push_back({at, u32_at(content, at + 24)});
        }
        if (std::memcmp(&content[at], "INDX", 4) == 0) regions.others.push_back({at, 4096});
        if (std::memcmp(&content[at], "RSTR", 4) == 0) regions.others.push_back({at, 512});
    }
    const NtfsGeometry geometry = commit.volume().geometry();
    for (const ClusterRun& run : geometry.bitmap) {
        regions.others.push_back({run.first * geometry.cluster_bytes, 512});
    }
    return regions;
}

class Mutator {
public:
    explicit Mutator(unsigned seed) : random_(seed) {}

    void mutate(BlockDevice& disk, const Regions& regions) {
        const std::size_t count = 1 + pick(3);
        for (std::size_t i = 0; i < count; ++i) {
            const Region region = choose(regions);
            Bytes bytes = read_bytes(disk, region.offset, region.size_bytes);
            spoil(bytes);
            static_cast<OverlayDevice&>(disk).write(bytes, region.offset);
        }
    }

private:
    std::size_t pick(std::size_t below) {
        return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_);
    }

    Region choose(const Regions& regions) {
        const std::size_t kind = pick(10);
        if (kind == 0) return regions.boot;
        if (kind < 7) return regions.records[pick(regions.records.size())];
        return regions.others[pick(regions.others.size())];
    }

    /// A bit, a byte, or a number that is a limit of something. Most of what matters stands in the
    /// first part of a structure.
    void spoil(Bytes& bytes) {
        static constexpr std::array<std::uint64_t, 10> limits = {0,
                                                                 1,
                                                                 7,
                                                                 0x7f,
                                                                 0xffff,
                                                                 0x7fffffff,
                                                                 0x80000000,
                                                                 0xffffffff,
                                                                 0x7fffffffffffffff,
                                                                 ~std::uint64_t{0}};
        const std::size_t part =
            pick(2) == 0 ? std::min<std::size_t>(bytes.size(), 512) : bytes.size();
        const std::size_t at = pick(part - 8);
        switch (pick(4)) {
            case 0: bytes[at] ^= static_cast<std::byte>(1U << pick(8)); break;
            case 1: bytes[at] = static_cast<std::byte>(pick(256)); break;
            case 2: put_u32(bytes, at / 4 * 4, static_cast<std::uint32_t>(limits[pick(10)])); break;
            default: put_u64(bytes, at / 8 * 8, limits[pick(10)]); break;
        }
    }

    std::mt19937 random_;
};

/// What is wrong with the other files may stay so, but does not become worse.
void require_no_new_damage(BlockDevice& disk, const WritePlan& plan) {
    const VolumeFindings before = judge_volume(disk);
    OverlayDevice written(disk);
    carry_out(written, plan.epochs);
    const VolumeFindings after = judge_volume(written);
    CHECK(after.unreadable == before.unreadable);
    CHECK(after.torn_records == before.torn_records);
    CHECK(after.used_but_free == before.used_but_free);
    CHECK(after.used_twice == before.used_twice);
    CHECK(after.leaked == before.leaked);
}

/// All that the program does with a volume. The word of the Error that ends it.
std::string outcome_of(BlockDevice& disk, const FileChange& change) {
    const DiskRange range{0, disk.size_bytes()};
    try {
        NtfsVolume volume = NtfsVolume::open(disk, range);
        static_cast<void>(volume.label());
        static_cast<void>(volume.find("Windows/System32/config/SOFTWARE"));
        static_cast<void>(volume.list("Windows/System32/config"));
        static_cast<void>(volume.list(""));
        static_cast<void>(volume.read_file(hive_on_volume, std::uint64_t{64} << 20));
        static_cast<void>(volume.state());
        const WritePlan plan = plan_commit(disk, range, change);
        require_no_new_damage(disk, plan);
        return "planned";
    } catch (const Error& error) {
        CHECK(error.message() != "");
        CHECK(error.hint() != "");
        return std::string(word_of(error.code()));
    }
}

/// Half of them on each of two volumes; NLAFIX_MUTANTS asks for more by hand.
unsigned mutants_of_each() {
    const char* asked = std::getenv("NLAFIX_MUTANTS");
    return (asked == nullptr ? mutants : static_cast<unsigned>(std::stoul(asked))) / 2;
}

void run_mutants(DiskCommit& commit, std::map<std::string, std::size_t>& outcomes) {
    const Regions regions = regions_of(commit);
    REQUIRE(regions.records.size() > 20);
    REQUIRE(regions.others.size() > 2);
    double slowest = 0;
    for (unsigned seed = 0; seed < mutants_of_each(); ++seed) {
        CAPTURE(seed);
        OverlayDevice disk(commit.device);
        Mutator(seed).mutate(disk, regions);
        const std::clock_t begin = std::clock();
        ++outcomes[outcome_of(disk, commit.change)];
        const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
        CHECK(seconds < most_seconds);
        slowest = std::max(slowest, seconds);
    }
    fmt::print("mutated volumes: the slowest took {:.2f} s\n", slowest);
}

}  // namespace

TEST_CASE("a volume with spoilt structures ends in an answer or in an error") {
    NtfsImageOptions image;
    image.size_bytes = std::uint64_t{4} << 20;
    image.cluster_bytes = 512;
    image.journal = Journal::closed;
    for (int i = 0; i < 60; ++i) {  // enough for a folder with index blocks
        image.files.emplace_back("Windows/System32/config/filler" + std::to_string(i), Bytes(10));
    }
    const Bytes before = hive_of(20 * 4096);
    std::map<std::string, std::size_t> outcomes;
    for (const std::size_t pieces : {3U, 300U}) {  // the latter has an attribute list
        image.runs = pieces;
        image.windows_traits = pieces == 300;  // and another one for the MFT
        DiskCommit commit(image, before, edited(before, {3, 10}));
        run_mutants(commit, outcomes);
    }
    for (const auto& [word, count] : outcomes) {
        fmt::print("mutated volumes: {}: {}\n", word, count);
    }
    CHECK(outcomes["malformed-volume"] > 100);
    CHECK(outcomes["planned"] > 100);
}
