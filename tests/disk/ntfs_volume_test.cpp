// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/ntfs/ntfs_volume.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

#include "memory_device.h"
#include "ntfs/ntfs_image.h"
#include "patterned_file.h"
#include "thrown.h"

using namespace nlafix;
using namespace nlafix::disk;
using namespace nlafix::test;

namespace {

constexpr std::uint64_t limit = std::uint64_t{64} << 20;

NtfsImageOptions with_hive(std::size_t size_bytes = 40 * 4096) {
    NtfsImageOptions options;
    options.files = {{hive_on_volume, patterned(size_bytes)}};
    return options;
}

/// A volume and the disk that it lies on.
struct Opened {
    explicit Opened(const NtfsImageOptions& options)
        : device(ntfs_image(options)), volume(NtfsVolume::open(device, {0, device.size_bytes()})) {}

    NtfsFile hive() { return volume.find(hive_on_volume).value(); }

    MemoryDevice device;
    NtfsVolume volume;
};

std::string refusal_of(const NtfsImageOptions& options) {
    Opened opened(options);
    return word_thrown_by([&] { require_writable(opened.volume); });
}

std::string storage_refusal_of(Storage storage) {
    NtfsImageOptions options = with_hive();
    options.storage = storage;
    Opened opened(options);
    return message_thrown_by([&] { require_writable(opened.hive()); });
}

}  // namespace

TEST_CASE("A volume says what it is called and how large its clusters are") {
    for (const std::uint32_t cluster_bytes : {512u, 4096u, 65536u}) {
        CAPTURE(cluster_bytes);
        NtfsImageOptions options = with_hive();
        options.cluster_bytes = cluster_bytes;
        options.label = "Grüße";
        Opened opened(options);
        CHECK(opened.volume.label() == "Grüße");
        CHECK(opened.volume.serial() == u64_at(opened.device.content, 72));
        const NtfsGeometry geometry = opened.volume.geometry();
        CHECK(geometry.cluster_bytes == cluster_bytes);
        CHECK(geometry.record_bytes == 1024);
        CHECK(geometry.clusters > (options.size_bytes - 65536) / cluster_bytes - 1);
        CHECK(geometry.records >= 27);
        CHECK_FALSE(geometry.mft.empty());
        CHECK_FALSE(geometry.bitmap.empty());
        CHECK(equal(opened.volume.read_file(hive_on_volume, limit), options.files[0].second));
    }
}

TEST_CASE("A volume is read at its place on the disk, on a disk of large sectors too") {
    NtfsImageOptions options = with_hive();
    options.sector_bytes = 4096;
    options.offset_bytes = std::uint64_t{1} << 20;
    const Bytes volume_bytes = ntfs_image(options);
    Bytes content(options.offset_bytes);
    content.insert(content.end(), volume_bytes.begin(), volume_bytes.end());
    content.resize(content.size() + 4096);
    MemoryDevice device(std::move(content), 4096);
    NtfsVolume volume = NtfsVolume::open(device, {options.offset_bytes, volume_bytes.size()});
    CHECK(equal(volume.read_file(hive_on_volume, limit), options.files[0].second));
}

TEST_CASE("Files are found without regard to case, and named as the volume spells them") {
    NtfsImageOptions options = with_hive();
    options.files.emplace_back("Windows/ÄÖÜ.txt", patterned(10));
    Opened opened(options);
    CHECK(opened.volume.find("wINDOWS//system32/CONFIG/system")->path == hive_on_volume);
    CHECK(opened.volume.find("/windows/äöü.TXT").has_value());
    CHECK(opened.volume.find("")->is_folder);
    CHECK(opened.volume.find("Windows/System32")->is_folder);
    CHECK_FALSE(opened.volume.find("Windows/System64"));
    CHECK_FALSE(opened.volume.find("Windows/System32/config/SYSTEM/more"));
    CHECK(word_thrown_by([&] { opened.volume.read_file("Windows/x", limit); }) == "no-such-file");
}

TEST_CASE("A folder is listed without the files of the volume itself") {
    NtfsImageOptions options = with_hive();
    options.files.emplace_back("Windows/notepad.exe", patterned(10));
    Opened opened(options);
    const auto names = [&](const std::string& path) {
        std::vector<std::string> found;
        for (const NtfsEntry& entry : opened.volume.list(path)) {
            found.push_back(entry.name + (entry.is_folder ? "/ " : " "));
        }
        std::sort(found.begin(), found.end());
        return std::accumulate(found.begin(), found.end(), std::string());
    };
    CHECK(names("") == "Windows/ ");
    CHECK(names("windows") == "System32/ notepad.exe ");
    CHECK(word_thrown_by([&] { opened.volume.list("Users"); }) == "no-such-file");
}

TEST_CASE("The first bytes of a file are read without the rest") {
    NtfsImageOptions options = with_hive();
    options.files.emplace_back("small", patterned(100));
    Opened opened(options);
    const Bytes& content = options.files[0].second;
    CHECK(equal(opened.volume.read_head(hive_on_volume, 5000), ByteView(content).first(5000)));
    CHECK(equal(opened.volume.read_head("small", 5000), patterned(100)));
    CHECK(word_thrown_by([&] { opened.volume.read_file(hive_on_volume, 5000); }) ==
          "malformed-volume");
}

TEST_CASE("What is known of a file: how it is stored, who may read it") {
    NtfsImageOptions options = with_hive(8 * 4096 + 100);
    options.runs = 4;
    Opened opened(options);
    const NtfsFile hive = opened.hive();
    CHECK(hive.record >= 24);
    CHECK(hive.size_bytes == 8 * 4096 + 100);
    CHECK(hive.allocated_bytes == 9 * 4096);
    CHECK(hive.initialized_bytes == hive.size_bytes);
    CHECK(hive.runs.size() == 4);
    CHECK(hive.link_count == 1);
    CHECK(hive.attributes == 0x20);
    CHECK(hive.data_changed > 133000000000000000);  // 2022
    CHECK(equal(hive.security_descriptor, descriptor_of_hives()));
    CHECK_FALSE(hive.has_attribute_list);
    CHECK_NOTHROW(require_writable(hive));
}

TEST_CASE("A hive in over a thousand pieces is read") {
    NtfsImageOptions options = with_hive(1100 * 512);
    options.cluster_bytes = 512;
    options.runs = 1100;
    Opened opened(options);
    CHECK(opened.hive().runs.size() == 1100);
    CHECK(opened.hive().has_attribute_list);
    CHECK(equal(opened.volume.read_file(hive_on_volume, limit), options.files[0].second));
}

TEST_CASE("An MFT in pieces that an attribute list names is read") {
    NtfsImageOptions options = with_hive();
    options.windows_traits = true;
    Opened opened(options);
    const NtfsGeometry geometry = opened.volume.geometry();
    REQUIRE(geometry.mft.size() == 2);
    const std::uint64_t first_piece = geometry.mft[0].count * geometry.cluster_bytes;
    CHECK(geometry.mft[0].first + geometry.mft[0].count != geometry.mft[1].first);
    // The record that a fix writes is in the second piece.
    const NtfsFile hive = opened.volume.find(hive_on_volume).value();
    CHECK(hive.record * geometry.record_bytes >= first_piece);
    CHECK(opened.volume.read_file(hive_on_volume, 1 << 20) == options.files.front().second);
}

TEST_CASE("Compressed and sparse files are read, and not written") {
    NtfsImageOptions options = with_hive();
    std::fill_n(options.files[0].second.begin() + 4096, 30 * 4096, std::byte{0});
    for (const auto& [storage, word] : {std::pair{Storage::compressed, "is compressed"},
                                        std::pair{Storage::sparse, "is sparse"}}) {
        options.storage = storage;
        Opened opened(options);
        CHECK(equal(opened.volume.read_file(hive_on_volume, limit), options.files[0].second));
        CHECK(contains(message_thrown_by([&] { require_writable(opened.hive()); }), word));
    }
}

TEST_CASE("What is stored in a way that is not written is refused by its name") {
    CHECK(contains(storage_refusal_of(Storage::encrypted), "encrypted"));
    CHECK(contains(storage_refusal_of(Storage::overlay_filter), "WOF"));
    CHECK(storage_refusal_of(Storage::plain) == "nothing");
    NtfsImageOptions options;
    options.files = {{hive_on_volume, patterned(100)}};
    Opened opened(options);
    CHECK(contains(message_thrown_by([&] { require_writable(opened.hive()); }), "MFT record"));
}

TEST_CASE("Encrypted files, and those of a filter, are not read") {
    for (const Storage storage : {Storage::encrypted, Storage::overlay_filter}) {
        NtfsImageOptions options = with_hive();
        options.storage = storage;
        Opened opened(options);
        CHECK(word_thrown_by([&] { opened.volume.read_file(hive_on_volume, limit); }) ==
              "unreadable-file");
    }
}

TEST_CASE("Hibernated, open and dirty volumes are read, and not written") {
    NtfsImageOptions options = with_hive();
    CHECK(refusal_of(options) == "nothing");
    options.journal = Journal::closed;
    CHECK(refusal_of(options) == "nothing");
    options.journal = Journal::open;
    CHECK(refusal_of(options) == "unclean-volume");
    options.journal = Journal::open_new;
    CHECK(refusal_of(options) == "unclean-volume");
    options.journal = Journal::fast_startup;
    CHECK(refusal_of(options) == "hibernated");
    options.journal = Journal::empty;
    options.dirty = true;
    CHECK(refusal_of(options) == "unclean-volume");
    options.dirty = false;
    options.hibernated = true;
    CHECK(refusal_of(options) == "hibernated");
    Opened opened(options);
    CHECK(equal(opened.volume.read_file(hive_on_volume, limit), options.files[0].second));
}

TEST_CASE("What is no NTFS volume, or lies outside of the disk, is not opened") {
    MemoryDevice zeros(Bytes(1 << 20));
    CHECK(word_thrown_by([&] { NtfsVolume::open(zeros, {0, 1 << 20}); }) == "malformed-volume");
    CHECK(word_thrown_by([&] {
              NtfsVolume::open(zeros, {1 << 19, 1 << 20});
          }) == "malformed-volume");
    CHECK(word_thrown_by([&] { NtfsVolume::open(zeros, {0, 100}); }) == "malformed-volume");
    MemoryDevice cut(ntfs_image(with_hive()));
    CHECK(word_thrown_by([&] { NtfsVolume::open(cut, {0, 8 << 20}); }) == "malformed-volume");
}

TEST_CASE("An error of the disk arrives as it was thrown") {
    class Failing final : public BlockDevice {
    public:
        explicit Failing(BlockDevice& base) : base_(base) {}
        std::uint64_t size_bytes() const override { return base_.size_bytes(); }
        std::uint32_t alignment_bytes() const override { return 512; }
        bool is_writable() const override { return false; }
        void read(MutableByteView into, std::uint64_t offset) override {
            if (reads_left == 0) throw Error(ErrorCode::io_error, "the cable is loose");
            --reads_left;
            base_.read(into, offset);
        }
        void write(ByteView /*from*/, std::uint64_t /*offset*/) override { FAIL("a write"); }
        void flush() override {}
        std::size_t reads_left = 0;

    private:
        BlockDevice& base_;
    };
    MemoryDevice good(ntfs_image(with_hive()));
    Failing device(good);
    std::size_t failures = 0;
    for (std::size_t reads = 0; reads < 1000; ++reads) {
        device.reads_left = reads;
        const std::string message = message_thrown_by([&] {
            NtfsVolume volume = NtfsVolume::open(device, {0, device.size_bytes()});
            volume.read_file(hive_on_volume, limit);
        });
        if (message == "nothing") break;
        CHECK(message == "the cable is loose");
        ++failures;
    }
    CHECK(failures > 20);
    CHECK(failures < 1000);
}
