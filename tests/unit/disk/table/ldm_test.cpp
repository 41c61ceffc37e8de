// SPDX-License-Identifier: GPL-2.0-or-later
// Databases that no Windows wrote. What sound ones say is in tests/images/members.py.
#include "disk/table/ldm.h"

#include <doctest/doctest.h>

#include <chrono>
#include <random>
#include <string>

#include "disk_builder.h"
#include "memory_device.h"
#include "thrown.h"

using namespace nlafix;
using test::DiskBuilder;

namespace {

constexpr std::size_t sector = 512, disk_sectors = 256, header_at = 6 * sector, start = 64;

void put_big(Bytes& bytes, std::size_t at, std::size_t length, std::uint64_t value) {
    for (std::size_t i = 0; i < length; ++i) {
        bytes[at + i] = static_cast<std::byte>(value >> (8 * (length - 1 - i)));
    }
}

/// Header, table of contents and an empty database with `entries` behind it.
DiskBuilder dynamic_disk(const std::string& entries = {}) {
    DiskBuilder disk(disk_sectors * sector);
    disk.put_text(header_at, "PRIVHEAD");
    put_big(disk.bytes, header_at + 0x11b, 8, 8);
    put_big(disk.bytes, header_at + 0x12b, 8, start);
    put_big(disk.bytes, header_at + 0x133, 8, disk_sectors - start);
    disk.put_text((start + 1) * sector, "TOCBLOCK");
    disk.put_text((start + 1) * sector + 0x24, "config");
    put_big(disk.bytes, (start + 1) * sector + 0x24 + 10, 8, 17);
    const std::size_t database = (start + 17) * sector;
    disk.put_text(database, "VMDB");
    put_big(disk.bytes, database + 8, 4, 128);
    put_big(disk.bytes, database + 12, 4, 512);
    disk.put_text(database + 512, entries);
    return disk;
}

/// "no database", "0 volumes".
std::string read(const DiskBuilder& builder) {
    test::MemoryDevice device(builder.bytes);
    const auto volumes = disk::read_ldm(device, header_at);
    return volumes ? std::to_string(volumes->size()) + " volumes" : "no database";
}

}  // namespace

TEST_CASE("A dynamic disk without a whole chain to its database has none") {
    CHECK(read(dynamic_disk()) == "0 volumes");
    for (const std::size_t at : {header_at, (start + 1) * sector, (start + 17) * sector}) {
        DiskBuilder disk = dynamic_disk();
        disk.bytes[at] = std::byte{'?'};
        CHECK(read(disk) == "no database");
    }
}

TEST_CASE("Numbers of a database that lead out of the disk are not followed") {
    const std::uint64_t far = ~std::uint64_t{0};
    for (const std::size_t at :
         {header_at + 0x12b, header_at + 0x133, (start + 1) * sector + 0x2e}) {
        DiskBuilder disk = dynamic_disk();
        put_big(disk.bytes, at, 8, far);
        CHECK(read(disk) == "no database");
    }
    for (const std::size_t at : {(start + 17) * sector + 8, (start + 17) * sector + 12}) {
        for (const std::uint64_t value :
             {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{16}, far}) {
            DiskBuilder disk = dynamic_disk();
            put_big(disk.bytes, at, 4, value);
            CHECK(read(disk) == "0 volumes");
        }
    }
    test::MemoryDevice device(dynamic_disk().bytes);
    CHECK_FALSE(disk::read_ldm(device, far));
}

TEST_CASE("Entries of every kind with any content are read or passed over") {
    std::mt19937 random(1);
    std::size_t read_ones = 0;
    for (int i = 0; i < 2000; ++i) {
        std::string entries;
        for (int entry = 0; entry < 8; ++entry) {
            std::string text(128, '\0');
            for (char& c : text) c = static_cast<char>(random() % 8 == 0 ? random() : random() % 6);
            text.replace(0, 4, "VBLK");
            text[14] = 0;
            text[15] = static_cast<char>(1 + random() % 2);
            text[19] = static_cast<char>(0x30 + random() % 6);
            entries += text;
        }
        if (read(dynamic_disk(entries)) != "no database") ++read_ones;
    }
    CHECK(read_ones == 2000);
}

TEST_CASE("A record with more pieces than it announces is not put together anew for each of them") {
    constexpr std::size_t sectors = 8192, entry_bytes = 17;
    const std::size_t database = (start + 17) * sector;
    DiskBuilder disk = dynamic_disk();
    disk.bytes.resize(sectors * sector);
    put_big(disk.bytes, header_at + 0x133, 8, sectors - start);
    put_big(disk.bytes, database + 8, 4, entry_bytes);
    std::size_t count = 0;
    for (std::size_t at = database + 512; at + entry_bytes <= disk.bytes.size();
         at += entry_bytes) {
        disk.put_text(at, "VBLK");
        put_big(disk.bytes, at + 8, 4, 1);
        put_big(disk.bytes, at + 12, 2, count++ % 65536);
        put_big(disk.bytes, at + 14, 2, 2);
    }
    const auto began = std::chrono::steady_clock::now();
    CHECK(read(disk) == "0 volumes");
    // Minutes where the work grows with the square of the pieces.
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(10));
}
