// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/image/image_kinds.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "disk_builder.h"

using namespace nlafix;
using disk::ImageFormat;
using test::DiskBuilder;

namespace {

std::string kind_with(std::size_t at, const std::string& text, std::size_t size = 4608) {
    DiskBuilder file(size);
    file.put_text(at, text);
    const disk::ImageKind* const kind = disk::kind_by_magic(file.bytes);
    return kind == nullptr ? "none" : std::string(kind->name);
}

}  // namespace

TEST_CASE("Formats have one word each, and VHD a second one that qemu uses") {
    for (const ImageFormat format : {ImageFormat::raw, ImageFormat::qcow2, ImageFormat::vhd,
                                     ImageFormat::vhdx, ImageFormat::vmdk}) {
        CHECK(disk::image_format_of(disk::word_of(format)) == format);
    }
    CHECK(disk::image_format_of("vpc") == ImageFormat::vhd);
    CHECK_FALSE(disk::image_format_of("RAW"));
    CHECK_FALSE(disk::image_format_of(""));
    CHECK(disk::image_format_words() ==
          std::vector<std::string>{"raw", "qcow2", "vhd", "vhdx", "vmdk"});
    CHECK(disk::image_format_names() == "raw, qcow2, VHD, VHDX, VMDK");
}

TEST_CASE("Special kinds of a format are told by what stands behind its magic") {
    const std::string qcow2("QFI\xfb\0\0\0\3", 8);
    CHECK(kind_with(0, qcow2) == "qcow2");
    CHECK(kind_with(0, qcow2 + std::string(24, '\0') + std::string("\0\0\0\1", 4)) ==
          "qcow2 with AES encryption");
    CHECK(kind_with(0, qcow2 + std::string(24, '\0') + std::string("\0\0\0\2", 4)) ==
          "qcow2 with LUKS encryption");
    CHECK(kind_with(0, std::string("QFI\xfb\0\0\0\1", 8)) == "qcow");
    CHECK(kind_with(0, std::string("QFI\xfb\0\0\0\4", 8)) == "none");
    CHECK(kind_with(0, std::string("KDMV\1\0\0\0\3\0\0\0", 12)) == "VMDK");
    CHECK(kind_with(0, std::string("KDMV\3\0\0\0\3\0\3\0", 12)) == "streamOptimized VMDK");
    CHECK(kind_with(0, "# Disk DescriptorFile\ncreateType=\"vmfs\"\n") == "VMDK");
    CHECK(kind_with(257, "ustar") == "tar");
    CHECK(kind_with(0, "server.ovf" + std::string(247, '\0') + "ustar") == "OVA");
    CHECK(kind_with(0, "BZh91AY&SY") == "bzip2");
    CHECK(kind_with(0, "BZh91AY&S") == "none");
}

TEST_CASE("A file that ends within its magic is of no kind") {
    for (const std::size_t size : {0UL, 3UL, 4UL}) {
        CAPTURE(size);
        CHECK(kind_with(0, std::string("KDMV").substr(0, size), size) ==
              (size == 4 ? "VMDK" : "none"));
    }
}

TEST_CASE("What nlafix does not open or write has a command that helps, with the file in it") {
    for (const disk::ImageKind& kind : disk::image_kinds()) {
        CAPTURE(kind.name);
        const bool needs_help = kind.opener == disk::Opener::nobody || !kind.is_writable;
        CHECK(disk::command_of(kind).empty() == (kind.remedy == disk::Remedy::none));
        if (needs_help) CHECK(kind.remedy != disk::Remedy::none);
        if (kind.remedy == disk::Remedy::none || kind.matches == nullptr) continue;
        const std::string hint = disk::hint_for(kind, "/srv/my disk");
        CHECK(hint.find("'/srv/my disk'") != std::string::npos);
        CHECK(hint.find("IMAGE") == std::string::npos);
        CHECK(hint.find("), then give " + std::string(kind.then) + " as TARGET") !=
              std::string::npos);
    }
}

TEST_CASE("A comma is doubled in the options of qemu alone") {
    const auto hint_of = [](const std::string& name) {
        for (const disk::ImageKind& kind : disk::image_kinds()) {
            if (kind.name == name) return disk::hint_for(kind, "/a,b");
        }
        return std::string();
    };
    CHECK(hint_of("VDI").find("--format=vdi /a,b)") != std::string::npos);
    CHECK(hint_of("qcow2 with LUKS encryption").find("file.filename=/a,,b)") != std::string::npos);
}
