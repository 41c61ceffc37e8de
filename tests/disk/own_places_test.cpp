// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/ntfs/own_places.h"

#include <doctest/doctest.h>

#include "disk/ntfs/clusters.h"
#include "disk_commit.h"
#include "thrown.h"

using namespace nlafix;
using namespace nlafix::disk;
using namespace nlafix::test;

namespace {

const std::string other_file = "Windows/explorer.exe";

/// A volume with the hive and a file that is none of nlafix' business.
NtfsImageOptions with_another_file() {
    NtfsImageOptions image;
    image.files = {{other_file, patterned(5 * 4096, 3)}};
    return image;
}

/// A manifest that was tampered with: the epochs of a fix, and a write of one byte, whose old and
/// new value it knows.
std::vector<Epoch> with_write_at(DiskCommit& commit, std::uint64_t offset,
                                 std::byte change = std::byte{0x01}) {
    std::vector<Epoch> epochs = commit.plan().epochs;
    const std::byte old = commit.device.content.at(static_cast<std::size_t>(offset));
    epochs.push_back({"more", {{0, offset, {old ^ change}, {old}}}});
    return epochs;
}

/// Where the MFT record of the file lies.
std::uint64_t record_of(DiskCommit& commit, const std::string& path) {
    NtfsVolume volume = commit.volume();
    const NtfsGeometry geometry = volume.geometry();
    const VolumeOnDisk on_disk{commit.device, commit.range(), geometry};
    const std::uint64_t at = volume.find(path).value().record * geometry.record_bytes;
    return pieces_of(on_disk, geometry.mft, at, 1).front().offset;
}

/// Where the bit of `cluster` lies in $Bitmap, and which one it is.
std::pair<std::uint64_t, std::byte> bit_of(DiskCommit& commit, std::uint64_t cluster) {
    const NtfsGeometry geometry = commit.volume().geometry();
    const VolumeOnDisk on_disk{commit.device, commit.range(), geometry};
    return {pieces_of(on_disk, geometry.bitmap, cluster / 8, 1).front().offset,
            std::byte{1} << (cluster % 8)};
}

std::string word(DiskCommit& commit, const std::vector<Epoch>& epochs) {
    return word_thrown_by([&] { require_own_places(commit.device, commit.range(), epochs); });
}

}  // namespace

TEST_CASE("A manifest that changes anything but the hive is refused, wherever it leads") {
    const Bytes before = hive_of(100 * 4096);
    DiskCommit commit(with_another_file(), before, edited(before, {3, 50}));
    CHECK(word(commit, commit.plan().epochs) == "nothing");
    const NtfsFile other = commit.volume().find(other_file).value();
    const NtfsFile hive = commit.volume().find(hive_on_volume).value();
    const std::uint64_t cluster = commit.volume().geometry().cluster_bytes;

    // Bytes of the hive itself are another matter: what it holds is compared as a whole.
    const std::uint64_t in_hive = hive.runs.front().first * cluster + 5 * 4096;
    CHECK(word(commit, with_write_at(commit, in_hive)) == "nothing");
    const std::uint64_t in_record = record_of(commit, hive_on_volume) + 0x10;
    CHECK(word(commit, with_write_at(commit, in_record)) != "malformed-backup");

    // The data and the record of another file, the boot sector's code, the last sector.
    CHECK(word(commit, with_write_at(commit, other.runs.front().first * cluster)) ==
          "malformed-backup");
    CHECK(word(commit, with_write_at(commit, record_of(commit, other_file) + 0x10)) ==
          "malformed-backup");
    CHECK(word(commit, with_write_at(commit, 0x60)) == "malformed-backup");
    CHECK(word(commit, with_write_at(commit, commit.device.size_bytes() - 1)) ==
          "malformed-backup");

    // In $Bitmap the bits of others.
    const auto [byte, bit] = bit_of(commit, other.runs.front().first);
    CHECK(word(commit, with_write_at(commit, byte, bit)) == "malformed-backup");
}

TEST_CASE("A manifest that gives the hive another file's clusters is refused") {
    const Bytes before = hive_of(20 * 4096);
    DiskCommit commit(with_another_file(), before, edited(before, {3}, 4096));
    std::vector<Epoch> epochs = commit.plan().epochs;
    const NtfsFile other = commit.volume().find(other_file).value();
    const std::uint64_t cluster = commit.volume().geometry().cluster_bytes;
    for (Write& write : epochs.front().writes) {
        if (write.offset >= cluster && write.offset < other.runs.front().first * cluster) continue;
        write.offset = other.runs.front().first * cluster;
        write.before.assign(
            commit.device.content.begin() + static_cast<std::ptrdiff_t>(write.offset),
            commit.device.content.begin() +
                static_cast<std::ptrdiff_t>(write.offset + write.after.size()));
        break;
    }
    CHECK(word(commit, epochs) == "malformed-backup");
}
