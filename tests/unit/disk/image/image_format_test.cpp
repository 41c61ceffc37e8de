// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/image/image_format.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "disk_builder.h"
#include "image_bytes.h"
#include "thrown.h"

using namespace nlafix;
using disk::ImageFormat;
using test::DiskBuilder;
using test::image_file_of;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

/// "qcow2", "raw or vhd", "VDI".
std::string judged(const DiskBuilder& disk) {
    const auto file = image_file_of(disk.bytes);
    const auto probe = disk::probe_image(file);
    if (probe.kind == nullptr) return probe.plausible;
    return std::string(probe.kind->word.empty() ? probe.kind->name : probe.kind->word);
}

std::string needs(const Bytes& bytes, ImageFormat format) {
    const auto others = disk::other_files_of(image_file_of(bytes), format);
    return others ? others->what + (others->are_written ? ", written" : "") : "nothing";
}

DiskBuilder blank() {
    return DiskBuilder(mib);
}
DiskBuilder mbr() {
    DiskBuilder disk = blank();
    disk.put_mbr_entry(0, 0, 0x07, 64, 1000);
    return disk;
}
DiskBuilder gpt(std::uint32_t sector_bytes) {
    DiskBuilder disk(mib, sector_bytes);
    test::put_gpt(disk, {{1, 64, 127}});
    std::fill_n(disk.bytes.begin(), 512, std::byte{0});  // without its MBR
    return disk;
}
DiskBuilder ntfs() {
    DiskBuilder disk = blank();
    disk.put_ntfs(0);
    return disk;
}

void put_big_endian(Bytes& bytes, std::size_t at, std::size_t length, std::uint64_t value) {
    for (std::size_t i = 0; i < length; ++i) {
        bytes[at + i] = static_cast<std::byte>(value >> (8 * (length - 1 - i)));
    }
}

/// A VHD footer in the last 512 bytes for a disk in all that is in front of it.
DiskBuilder with_vhd_footer(DiskBuilder disk, std::uint32_t type, std::uint64_t disk_bytes) {
    const std::size_t at = disk.bytes.size() - 512;
    disk.put_text(at, "conectix");
    put_big_endian(disk.bytes, at + 48, 8, disk_bytes);
    put_big_endian(disk.bytes, at + 60, 4, type);
    std::uint32_t sum = 0;
    for (std::size_t i = at; i < disk.bytes.size(); ++i) {
        sum += std::to_integer<std::uint32_t>(disk.bytes[i]);
    }
    put_big_endian(disk.bytes, at + 64, 4, ~sum);
    return disk;
}

}  // namespace

TEST_CASE("Magic decides the format, unless the marks of a raw disk are there as well") {
    struct Row {
        std::string magic, alone, with_marks;
    };
    const DiskBuilder marked[] = {mbr(), gpt(512), gpt(4096), ntfs()};
    for (const Row& row :
         {Row{"", "raw", "raw"}, Row{std::string("QFI\xfb\0\0\0\2", 8), "qcow2", "raw or qcow2"},
          Row{std::string("QFI\xfb\0\0\0\3", 8), "qcow2", "raw or qcow2"},
          Row{"vhdxfile", "vhdx", "raw or vhdx"}, Row{"conectix", "vhd", "raw or vhd"},
          Row{"KDMV", "vmdk", "raw or vmdk"}, Row{"COWD", "vmdk", "raw or vmdk"},
          Row{"# Disk DescriptorFile\n", "vmdk", "raw or vmdk"},
          Row{std::string("QFI\xfb\0\0\0\1", 8), "qcow", "raw"},
          Row{std::string("QED\0", 4), "QED", "raw"}, Row{"WithoutFreeSpace", "Parallels", "raw"},
          Row{"EVF\x09\x0d\x0a\xff", "EWF (EnCase)", "raw"}}) {
        CAPTURE(row.alone);
        DiskBuilder disk = blank();
        disk.put_text(0, row.magic);
        CHECK(judged(disk) == row.alone);
        for (const DiskBuilder& raw : marked) {
            disk = raw;
            // NTFS is told by the bytes at 3, which the magic covers: the signature at 510 is left.
            disk.put_text(0, row.magic);
            CHECK(judged(disk) == row.with_marks);
        }
    }
    DiskBuilder vdi = blank();
    vdi.put_text(64, "\x7f\x10\xda\xbe");
    CHECK(judged(vdi) == "VDI");
}

TEST_CASE("A file may be an image of what it begins as, or of what its footer says") {
    struct Row {
        std::string magic;
        ImageFormat format;
    };
    const ImageFormat all[] = {ImageFormat::qcow2, ImageFormat::vhd, ImageFormat::vhdx,
                               ImageFormat::vmdk};
    for (const Row& row :
         {Row{"", ImageFormat::raw}, Row{std::string("QFI\xfb\0\0\0\2", 8), ImageFormat::qcow2},
          Row{"conectix", ImageFormat::vhd}, Row{"vhdxfile", ImageFormat::vhdx},
          Row{"KDMV", ImageFormat::vmdk}, Row{"COWD", ImageFormat::vmdk},
          Row{"# Disk DescriptorFile\n", ImageFormat::vmdk},
          Row{"version=1\ncreateType=\"vmfs\"\n", ImageFormat::vmdk}}) {
        CAPTURE(row.magic);
        DiskBuilder disk = mbr();
        disk.put_text(0, row.magic);
        const auto file = image_file_of(disk.bytes);
        CHECK(disk::may_be(file, ImageFormat::raw));
        for (const ImageFormat format : all) {
            CHECK(disk::may_be(file, format) == (format == row.format));
        }
    }
    const DiskBuilder vhd = with_vhd_footer(ntfs(), 3, mib - 512);
    CHECK(disk::may_be(image_file_of(vhd.bytes), ImageFormat::vhd));
}

TEST_CASE("A fixed VHD is one by its footer, whatever disk is in it") {
    for (const DiskBuilder& disk : {blank(), mbr(), gpt(512), ntfs()}) {
        const DiskBuilder vhd = with_vhd_footer(disk, 2, mib - 512);
        CHECK(judged(vhd) == "vhd");
        CHECK(disk::fixed_vhd_size(image_file_of(vhd.bytes)) == mib - 512);
    }
    CHECK(disk::fixed_vhd_size(image_file_of(with_vhd_footer(mbr(), 2, 4096).bytes)) == 4096);
}

TEST_CASE("A footer that is not sound, or not of a fixed VHD, leaves the format open") {
    DiskBuilder spoilt = with_vhd_footer(mbr(), 2, mib - 512);
    spoilt.bytes[mib - 400] = std::byte{1};
    for (const DiskBuilder& disk :
         {spoilt, with_vhd_footer(mbr(), 3, mib - 512), with_vhd_footer(mbr(), 2, mib - 511)}) {
        CHECK(judged(disk) == "raw or vhd");
        CHECK_FALSE(disk::fixed_vhd_size(image_file_of(disk.bytes)));
    }
}

TEST_CASE("Files that are shorter than any head are raw") {
    for (const std::size_t size : {0UL, 1UL, 3UL, 511UL, 512UL}) {
        CAPTURE(size);
        CHECK(judged(DiskBuilder(size)) == "raw");
    }
    DiskBuilder descriptor(21);
    descriptor.put_text(0, "# Disk DescriptorFile");
    CHECK(judged(descriptor) == "vmdk");
}

TEST_CASE("A qcow2 with a backing file or a data file says so") {
    DiskBuilder disk = blank();
    disk.put_text(0, std::string("QFI\xfb\0\0\0\3", 8));
    CHECK(needs(disk.bytes, ImageFormat::qcow2) == "nothing");
    put_big_endian(disk.bytes, 72, 8, 1 | 2 | 8 | 16);  // other features
    CHECK(needs(disk.bytes, ImageFormat::qcow2) == "nothing");
    put_big_endian(disk.bytes, 72, 8, 4);
    CHECK(needs(disk.bytes, ImageFormat::qcow2) == "an external data file, written");
    put_big_endian(disk.bytes, 8, 8, 600);
    put_big_endian(disk.bytes, 16, 4, 9);
    disk.put_text(600, "/etc/base and more");
    CHECK(needs(disk.bytes, ImageFormat::qcow2) ==
          "an external data file, and the backing file /etc/base, written");
    put_big_endian(disk.bytes, 72, 8, 0);
    CHECK(needs(disk.bytes, ImageFormat::qcow2) == "the backing file /etc/base");
    put_big_endian(disk.bytes, 16, 4, 0xffffffff);
    CHECK(needs(disk.bytes, ImageFormat::qcow2).size() == 17 + 1023);
    put_big_endian(disk.bytes, 8, 8, ~std::uint64_t{0});
    CHECK(needs(disk.bytes, ImageFormat::qcow2) == "the backing file ");
}

TEST_CASE(
    "A VMDK with a parent or with extents says so, and one without a descriptor is not trusted") {
    DiskBuilder disk = blank();
    disk.put_text(0, "KDMV");
    CHECK(needs(disk.bytes, ImageFormat::vmdk) == "the extents that its descriptor names, written");
    put_u64(disk.bytes, 12, 2048);
    CHECK(needs(disk.bytes, ImageFormat::vmdk) == "nothing");
    put_u64(disk.bytes, 28, 1000);
    disk.put_text(512000, "parentCID=ffffffff\n");
    CHECK(needs(disk.bytes, ImageFormat::vmdk) == "nothing");
    disk.put_text(512000, "parentFileNameHint=\"/etc/shadow\"\n");
    CHECK(needs(disk.bytes, ImageFormat::vmdk) == "a parent image");
    put_u64(disk.bytes, 28, ~std::uint64_t{0});
    CHECK(needs(disk.bytes, ImageFormat::vmdk) == "nothing");
    disk.put_text(600, "parentFileNameHint=\"/etc/shadow\"\n");  // where qemu looks in any case
    CHECK(needs(disk.bytes, ImageFormat::vmdk) == "a parent image");
    disk.put_text(0, "COWD");
    CHECK(needs(disk.bytes, ImageFormat::vmdk) == "a parent image");
    CHECK(needs(blank().bytes, ImageFormat::vmdk) ==
          "the extents that its descriptor names, written");
}

TEST_CASE(
    "A differencing VHD or VHDX is refused, trusted or not: qemu reads it without its parent") {
    DiskBuilder vhd = blank();
    vhd.put_text(0, "conectix");
    put_big_endian(vhd.bytes, 60, 4, 3);
    CHECK(needs(vhd.bytes, ImageFormat::vhd) == "nothing");
    put_big_endian(vhd.bytes, 60, 4, 4);
    CHECK(test::word_thrown_by([&] { needs(vhd.bytes, ImageFormat::vhd); }) == "no-image-support");

    DiskBuilder vhdx = test::vhdx_head();
    CHECK(needs(vhdx.bytes, ImageFormat::vhdx) == "nothing");
    put_u32(vhdx.bytes, test::vhdx_file_parameters_at + 4, 2);
    CHECK(test::word_thrown_by([&] { needs(vhdx.bytes, ImageFormat::vhdx); }) ==
          "no-image-support");
    std::fill_n(vhdx.bytes.begin() + (192 << 10), 4, std::byte{0});  // the second table counts too
    CHECK(test::word_thrown_by([&] { needs(vhdx.bytes, ImageFormat::vhdx); }) ==
          "no-image-support");
    std::fill_n(vhdx.bytes.begin() + (256 << 10), 4, std::byte{0});
    CHECK(needs(vhdx.bytes, ImageFormat::vhdx) == "nothing");
}
