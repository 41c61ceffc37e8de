// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/image/open_disk.h"

#include <doctest/doctest.h>

#include <string>

#include "disk/table/partition_table.h"
#include "disk_builder.h"
#include "os/system.h"
#include "run_program.h"
#include "temp_folder.h"
#include "thrown.h"

using namespace nlafix;
using disk::Access;
using test::DiskBuilder;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

/// A disk with one partition that bears the name of NTFS.
Bytes raw_disk() {
    DiskBuilder disk(4 * mib);
    disk.put_mbr_entry(0, 0, 0x07, 2048, 4096);
    disk.put_ntfs(2048);
    return disk.bytes;
}

disk::OpenedDisk open(const std::string& path, Access access = Access::read,
                      const disk::ImageOptions& options = {}) {
    return disk::open_disk(os::real_system(), path, access, options);
}

/// What qemu-img makes of `raw` in the format that it calls `format`.
std::string converted(const test::TempFolder& folder, const std::string& raw,
                      const std::string& format, const std::string& options = {}) {
    const std::string image = folder / ("image." + format + options);
    std::vector<std::string> command = {"qemu-img", "convert", "-f", "raw", "-O", format};
    if (!options.empty()) command.insert(command.end(), {"-o", options});
    command.insert(command.end(), {raw, image});
    const auto ran = test::run_program(command);
    REQUIRE_MESSAGE(ran.status == 0, ran.output);
    return image;
}

}  // namespace

TEST_CASE("All formats of images show the disk that is in them, for reading and for writing") {
    if (!disk::has_nbd() || test::lacks_programs({"qemu-img", "qemu-nbd"})) return;
    const test::TempFolder folder;
    const Bytes content = raw_disk();
    const std::string raw = folder.write("disk.raw", content);
    struct Row {
        std::string format, options, word;
    };
    for (const Row& row :
         {Row{"raw", "", "raw"}, Row{"qcow2", "", "qcow2"}, Row{"qcow2", "compat=0.10", "qcow2"},
          Row{"vpc", "force_size=on", "vhd"}, Row{"vpc", "subformat=fixed,force_size=on", "vhd"},
          Row{"vhdx", "", "vhdx"}, Row{"vhdx", "subformat=fixed", "vhdx"},
          Row{"vmdk", "", "vmdk"}}) {
        CAPTURE(row.format);
        CAPTURE(row.options);
        const std::string image = converted(folder, raw, row.format, row.options);
        CHECK(disk::looks_like_disk(os::real_system(), image));
        {
            const auto opened = open(image);
            CHECK(opened.format == row.word);
            CHECK(opened.path == image);
            CHECK_FALSE(opened.is_block_device);
            CHECK(opened.warnings.empty());
            CHECK(opened.device->size_bytes() == content.size());
            CHECK_FALSE(opened.device->is_writable());
            CHECK(equal(disk::read_bytes(*opened.device, 0, content.size()), content));
            CHECK(equal(disk::read_bytes(*opened.device, 1048575, 3),
                        ByteView(content).subspan(1048575, 3)));
            CHECK(disk::read_partition_table(*opened.device).partitions.size() == 1);
            CHECK(test::word_thrown_by([&] { opened.device->write(Bytes(512), 0); }) ==
                  "read-only");
        }
        const Bytes written(1536, std::byte{0x5a});
        {
            const auto opened = open(image, Access::write);
            REQUIRE(opened.device->is_writable());
            opened.device->write(written, 2 * mib + 512);
            opened.device->flush();
        }
        CHECK(equal(disk::read_bytes(*open(image).device, 2 * mib + 512, 1536), written));
        if (row.format != "raw" && row.format != "vpc") {
            const auto checked = test::run_program({"qemu-img", "check", "-f", row.format, image});
            CHECK_MESSAGE(checked.status == 0, checked.output);
        }
    }
    CHECK(test::children().empty());
}

TEST_CASE("A fixed VHD is as long as its footer says, and the footer stays out of reach") {
    if (test::lacks_programs({"qemu-img"})) return;
    const test::TempFolder folder;
    const std::string image =
        converted(folder, folder.write("raw", raw_disk()), "vpc", "subformat=fixed,force_size=on");
    const auto opened = open(image, Access::write);
    CHECK(opened.format == "vhd");
    CHECK(opened.device->size_bytes() == 4 * mib);
    CHECK(test::word_thrown_by([&] { opened.device->write(Bytes(512), 4 * mib); }) == "io-error");
}

TEST_CASE("An image that may be raw as well is opened only with a format") {
    const test::TempFolder folder;
    Bytes content = raw_disk();
    const std::string magic("QFI\xfb\0\0\0\3", 8);
    std::copy_n(std::as_bytes(std::span(magic)).begin(), magic.size(), content.begin());
    const std::string image = folder.write("disk", content);
    const auto error = test::error_of([&] { open(image); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::format_ambiguous);
    CHECK(error->message() ==
          image + ": its format may be raw or qcow2: it bears the marks of both");
    CHECK(test::contains(error->hint(), "--format"));
    CHECK(disk::looks_like_disk(os::real_system(), image));
    disk::ImageOptions options;
    options.format = disk::ImageFormat::raw;
    CHECK(open(image, Access::read, options).format == "raw");
}

TEST_CASE("An image that leads to other files is opened only where that is trusted") {
    if (!disk::has_nbd() || test::lacks_programs({"qemu-img", "qemu-nbd"})) return;
    const test::TempFolder folder;
    const Bytes content = raw_disk();
    const std::string base = folder.write("base.raw", content);
    struct Row {
        std::vector<std::string> command;
        std::string image, refers_to, is_written;
    };
    const std::string alone = "a fix writes to this image alone";
    const std::string others = "a fix writes to those files, too";
    const std::string top = folder / "top.qcow2", data = folder / "data.qcow2",
                      flat = folder / "flat.vmdk", child = folder / "child.vmdk";
    converted(folder, base, "vmdk");
    for (const Row& row :
         {Row{{"qemu-img", "create", "-f", "qcow2", "-b", base, "-F", "raw", top},
              top,
              "the backing file " + base,
              alone},
          Row{{"qemu-img", "convert", "-O", "qcow2", "-o",
               "data_file=" + folder / "data.raw,data_file_raw=on", base, data},
              data,
              "an external data file",
              others},
          Row{{"qemu-img", "convert", "-O", "vmdk", "-o", "subformat=monolithicFlat", base, flat},
              flat,
              "the extents that its descriptor names",
              others},
          Row{{"qemu-img", "create", "-f", "vmdk", "-b", folder / "image.vmdk", "-F", "vmdk",
               child},
              child,
              "a parent image",
              alone}}) {
        CAPTURE(row.image);
        const auto ran = test::run_program(row.command);
        REQUIRE_MESSAGE(ran.status == 0, ran.output);
        CHECK(disk::looks_like_disk(os::real_system(), row.image));
        const auto error = test::error_of([&] { open(row.image); });
        REQUIRE(error);
        CHECK(error->code() == ErrorCode::untrusted_references);
        CHECK(error->message() ==
              row.image + ": refers to another file of this machine: " + row.refers_to);
        CHECK(test::contains(error->hint(), "--trust-image-references; " + row.is_written));
        disk::ImageOptions options;
        options.trust_image_references = true;
        const auto opened = open(row.image, Access::read, options);
        CHECK(equal(disk::read_bytes(*opened.device, 0, content.size()), content));
    }
}

TEST_CASE("A format that is given and cannot be right is an error, not a matter of trust") {
    const test::TempFolder folder;
    const std::string image = folder.write("disk", raw_disk());
    for (const auto format : {disk::ImageFormat::qcow2, disk::ImageFormat::vhd,
                              disk::ImageFormat::vhdx, disk::ImageFormat::vmdk}) {
        disk::ImageOptions options;
        options.format = format;
        const auto error = test::error_of([&] { open(image, Access::read, options); });
        REQUIRE(error);
        CHECK(error->code() == ErrorCode::malformed_disk);
        CHECK(error->message() == image + ": is no image of the format " +
                                      std::string(disk::word_of(format)) +
                                      ": it does not begin as one");
        CHECK(test::contains(error->hint(), "--format"));
    }
}

TEST_CASE("An image that is read as raw by mistake is opened with a warning") {
    const test::TempFolder folder;
    disk::ImageOptions options;
    options.format = disk::ImageFormat::raw;
    const std::string magic("QFI\xfb\0\0\0\3", 8);
    const std::string image = folder.write_text("image", magic + std::string(100000, '\0'));
    CHECK(open(image, Access::read, options).warnings ==
          std::vector<std::string>{"it is read as raw, as --format says, but looks like qcow2"});
    CHECK(open(folder.write("disk", raw_disk()), Access::read, options).warnings.empty());
}

TEST_CASE("Formats that nobody here opens are named") {
    const test::TempFolder folder;
    if (test::lacks_programs({"qemu-img"})) return;
    const std::string image = converted(folder, folder.write("raw", raw_disk()), "vdi");
    const auto error = test::error_of([&] { open(image); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::no_image_support);
    CHECK(error->message() == image + ": its format is VDI, which nlafix does not open");
    CHECK(test::contains(error->hint(), "--format=vdi " + image + ")"));
}

TEST_CASE("An image that can only be read is refused before it is opened for writing") {
    if (!disk::has_nbd() || test::lacks_programs({"qemu-img", "qemu-nbd"})) return;
    const test::TempFolder folder;
    const std::string image =
        converted(folder, folder.write("raw", raw_disk()), "vmdk", "subformat=streamOptimized");
    for (const auto format : {std::optional<disk::ImageFormat>(), {disk::ImageFormat::vmdk}}) {
        disk::ImageOptions options;
        options.format = format;
        CHECK(open(image, Access::read, options).format == "vmdk");
        const auto error = test::error_of([&] { open(image, Access::write, options); });
        REQUIRE(error);
        CHECK(error->code() == ErrorCode::no_image_support);
        CHECK(error->message() ==
              image + ": its format is streamOptimized VMDK, which can be read but not written");
        CHECK(error->hint() == "convert it (qemu-img convert -O vmdk " + image +
                                   " disk.vmdk), then give disk.vmdk as TARGET");
    }
}

TEST_CASE("An image that is no image of its format ends in what qemu-nbd says of it") {
    if (!disk::has_nbd() || test::lacks_programs({"qemu-nbd"})) return;
    const test::TempFolder folder;
    const std::string image =
        folder.write_text("disk", std::string("QFI\xfb\0\0\0\3", 8) + std::string(100000, '\x11'));
    disk::ImageOptions options;
    options.trust_image_references = true;
    const auto error = test::error_of([&] { open(image, Access::read, options); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::malformed_disk);
    CHECK(test::contains(error->message(), image + ": qemu-nbd cannot open it: "));
    CHECK(test::children().empty());
}

TEST_CASE("What is no disk is not taken for one") {
    const test::TempFolder folder;
    os::System& system = os::real_system();
    CHECK_FALSE(disk::looks_like_disk(system, folder / "absent"));
    CHECK_FALSE(disk::looks_like_disk(system, folder.path()));
    CHECK_FALSE(disk::looks_like_disk(system, "/dev/null"));
    CHECK_FALSE(disk::looks_like_disk(system, folder.write_text("empty", "")));
    CHECK_FALSE(disk::looks_like_disk(system, folder.write_text("text", "some notes\n")));
    CHECK_FALSE(disk::looks_like_disk(system, folder.write("zeros", Bytes(mib))));
    Bytes hive = raw_disk();
    std::copy_n(std::as_bytes(std::span("regf", 4)).begin(), 4, hive.begin());
    CHECK_FALSE(disk::looks_like_disk(system, folder.write("hive", hive)));
    CHECK(test::word_thrown_by([&] { open(folder / "absent"); }) == "no-such-file");
    CHECK(test::word_thrown_by([&] { open(folder.path()); }) == "not-a-hive");
    CHECK(test::word_thrown_by([&] { open("/dev/null"); }) == "not-a-hive");
}

TEST_CASE("Disks are recognised by either end") {
    const test::TempFolder folder;
    os::System& system = os::real_system();
    CHECK(disk::looks_like_disk(system, folder.write("mbr", raw_disk())));
    for (const std::uint32_t sector_bytes : {512U, 4096U}) {
        CAPTURE(sector_bytes);
        DiskBuilder gpt(4 * mib, sector_bytes);
        test::put_gpt(gpt, {{1, 256, 299}});
        std::fill_n(gpt.bytes.begin(), 65536, std::byte{0});
        CHECK(disk::looks_like_disk(system, folder.write("gpt", gpt.bytes)));
    }
    CHECK(disk::looks_like_disk(system,
                                folder.write_text("qcow", std::string("QFI\xfb\0\0\0\1", 8))));
    CHECK(disk::looks_like_disk(system, "nbd://localhost/disk"));
    CHECK(disk::looks_like_disk(system, "nbd+unix:///?socket=/run/disk"));
    CHECK_FALSE(disk::looks_like_disk(system, "http://localhost/disk"));
}

TEST_CASE("A name that qemu would take for a protocol is only a name") {
    if (!disk::has_nbd() || test::lacks_programs({"qemu-img", "qemu-nbd"})) return;
    const test::TempFolder folder;
    const std::string image = converted(folder, folder.write("raw", raw_disk()), "qcow2");
    for (const std::string name : {"nbd:x:1", "json:{}", "-v", "a,b=c"}) {
        CAPTURE(name);
        const std::string path = folder.write(name, test::read_file(image));
        CHECK(open(path).device->size_bytes() == 4 * mib);
    }
}
