// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/table/volume_kind.h"

#include <doctest/doctest.h>

#include <string>

#include "disk_builder.h"
#include "memory_device.h"

using namespace nlafix;
using disk::ForeignContent;
using test::DiskBuilder;

namespace {

ForeignContent content_of(std::size_t at, const std::string& text) {
    DiskBuilder disk(128 * 1024);
    disk.put_text(at, text);
    test::MemoryDevice device(disk.bytes);
    return disk::foreign_content_at(device, {0, device.size_bytes()});
}

}  // namespace

TEST_CASE("What is not of Windows is known by its signature") {
    CHECK(content_of(0, "XFSB") == ForeignContent::xfs);
    CHECK(content_of(0, "hsqs") == ForeignContent::squashfs);
    CHECK(content_of(1080, "\x53\xef") == ForeignContent::ext);
    CHECK(content_of(0x8001, "CD001") == ForeignContent::iso9660);
    CHECK(content_of(0x10040, "_BHRfS_M") == ForeignContent::btrfs);
    for (const std::size_t page :
         {std::size_t{4096}, std::size_t{8192}, std::size_t{16384}, std::size_t{65536}}) {
        CHECK(content_of(page - 10, "SWAPSPACE2") == ForeignContent::swap);
    }
    CHECK(content_of(1, "XFSB") == ForeignContent::unknown);
}

TEST_CASE("A volume of zeros is empty, and a short one is read as far as it goes") {
    CHECK(content_of(0, "") == ForeignContent::empty);
    test::MemoryDevice device(Bytes(512));
    CHECK(disk::foreign_content_at(device, {0, 512}) == ForeignContent::empty);
    CHECK(disk::foreign_content_at(device, {0, 0}) == ForeignContent::empty);
}
