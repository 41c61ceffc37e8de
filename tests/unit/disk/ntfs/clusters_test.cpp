// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/ntfs/clusters.h"

#include <doctest/doctest.h>

#include "disk/overlay_device.h"
#include "memory_device.h"
#include "thrown.h"

using namespace nlafix;
using namespace nlafix::disk;
using namespace nlafix::test;

namespace {

constexpr std::uint64_t clusters = 4096;
constexpr std::uint64_t bitmap_at = 2;  // its one cluster has a bit for each

/// A volume of `clusters`, all of them marked as used.
struct FullVolume {
    FullVolume() : disk(Bytes(clusters * 512)) {
        volume.geometry.cluster_bytes = 512;
        volume.geometry.record_bytes = 1024;
        volume.geometry.clusters = clusters;
        volume.geometry.bitmap = {{bitmap_at, 1}};
        for (std::size_t i = 0; i < clusters / 8; ++i) disk.content[bitmap_at * 512 + i] |= all;
    }

    void set_free(std::uint64_t first, std::uint64_t count) {
        for (std::uint64_t at = first; at < first + count; ++at) {
            disk.content[bitmap_at * 512 + at / 8] &= ~static_cast<std::byte>(1U << (at % 8));
        }
    }

    static constexpr std::byte all{0xff};
    MemoryDevice disk;
    VolumeOnDisk volume{disk, {0, clusters * 512}, {}};
};

using Runs = std::vector<ClusterRun>;

}  // namespace

TEST_CASE("Free clusters are looked for behind the file, then before it") {
    FullVolume full;
    full.set_free(100, 10);
    full.set_free(200, 10);
    full.set_free(4090, 6);
    CHECK(find_free(full.volume, 10, 150, 64) == Runs{{200, 10}});
    CHECK(find_free(full.volume, 10, 201, 64) == Runs{{100, 10}});
    CHECK(find_free(full.volume, 5, 201, 64) == Runs{{201, 5}});
    CHECK(find_free(full.volume, 6, 300, 64) == Runs{{4090, 6}});
    CHECK(find_free(full.volume, 0, 0, 64).empty());
}

TEST_CASE("Without one piece that is large enough the largest ones are taken") {
    FullVolume full;
    full.set_free(100, 3);
    full.set_free(200, 8);
    full.set_free(300, 5);
    CHECK(find_free(full.volume, 12, 0, 64) == Runs{{200, 8}, {300, 4}});
    CHECK(find_free(full.volume, 16, 0, 64) == Runs{{100, 3}, {200, 8}, {300, 5}});
    CHECK(find_free(full.volume, 16, 0, 2).empty());
    CHECK(find_free(full.volume, 17, 0, 64).empty());
}

TEST_CASE("The zone of the MFT is taken only where nothing else is left") {
    FullVolume full;
    full.volume.geometry.mft_zone = {100, 50};
    full.set_free(100, 20);
    full.set_free(300, 10);
    CHECK(find_free(full.volume, 10, 0, 64) == Runs{{300, 10}});
    CHECK(find_free(full.volume, 20, 0, 64) == Runs{{100, 20}});
    CHECK(find_free(full.volume, 30, 0, 64) == Runs{{100, 20}, {300, 10}});
}

TEST_CASE("Clusters are marked one by one, and never twice") {
    FullVolume full;
    full.set_free(60, 20);
    OverlayDevice overlay(full.disk);
    const VolumeOnDisk staged{overlay, full.volume.range, full.volume.geometry};
    mark(staged, {{61, 1}, {63, 2}, {70, 10}}, true);
    CHECK(find_free(staged, 1, 60, 64) == Runs{{60, 1}});
    CHECK(find_free(staged, 5, 60, 64) == Runs{{65, 5}});
    CHECK(word_thrown_by([&] { mark(staged, {{60, 2}}, true); }) == "unclean-volume");
    CHECK(word_thrown_by([&] { mark(staged, {{60, 2}}, false); }) == "unclean-volume");
    mark(staged, {{61, 1}, {63, 2}, {70, 10}}, false);
    CHECK(overlay.changes().empty());
}

TEST_CASE("Pieces of a file follow its runs, and end with them") {
    FullVolume full;
    full.volume.range.offset = 1000;
    const Runs runs = {{10, 2}, {50, 1}, {ClusterRun::hole, 1}};
    const std::vector<Piece> pieces = pieces_of(full.volume, runs, 100, 1100);
    REQUIRE(pieces.size() == 2);
    CHECK(pieces[0].offset == 1000 + 10 * 512 + 100);
    CHECK(pieces[0].size_bytes == 924);
    CHECK(pieces[1].offset == 1000 + 50 * 512);
    CHECK(pieces[1].size_bytes == 176);
    CHECK(word_thrown_by([&] { pieces_of(full.volume, runs, 1530, 10); }) == "malformed-volume");
    CHECK(pieces_of(full.volume, runs, 0, 0).empty());
}
