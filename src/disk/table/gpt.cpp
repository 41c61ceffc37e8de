// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/table/gpt.h"

#include <algorithm>
#include <cstdio>

#include "base/text.h"
#include "disk/table/crc32.h"
#include "disk/table/partition_range.h"

namespace nlafix::disk {
namespace {

// Offsets in the header and in an entry.
constexpr std::size_t header_size_at = 12, header_crc_at = 16, own_sector_at = 24, entries_at = 72,
                      entry_count_at = 80, entry_size_at = 84, entries_crc_at = 88;
constexpr std::size_t smallest_header_bytes = 92;
constexpr std::size_t first_sector_at = 32, last_sector_at = 40, name_at = 56, name_bytes = 72;
constexpr std::size_t guid_bytes = 16;
constexpr std::uint32_t smallest_entry_bytes = 128, largest_entry_bytes = 4096;
// Windows makes 128 entries of 128 bytes. A number from the disk must not choose our memory.
constexpr std::uint64_t most_bytes_of_entries = std::uint64_t{1} << 20;

bool is_zero(ByteView bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

std::string guid_text(ByteView guid) {
    const auto byte = [&](std::size_t i) { return std::to_integer<unsigned>(guid[i]); };
    char text[37];
    std::snprintf(text, sizeof text, "%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X",
                  u32_at(guid, 0), unsigned{u16_at(guid, 4)}, unsigned{u16_at(guid, 6)}, byte(8),
                  byte(9), byte(10), byte(11), byte(12), byte(13), byte(14), byte(15));
    return text;
}

std::string name_of_entry(ByteView entry) {
    const std::u16string units = utf16_units(slice(entry, name_at, name_bytes));
    return utf8_of(std::u16string_view(units).substr(0, units.find(u'\0')));
}

/// Empty, or what is wrong with the header; its own checksum is looked at as if it were 0.
std::string damage_of_header(Bytes header, std::uint64_t header_sector) {
    constexpr std::string_view signature = "EFI PART";
    if (!equal(slice(header, 0, signature.size()), std::as_bytes(std::span(signature)))) {
        return "no signature";
    }
    const std::uint32_t size_bytes = u32_at(header, header_size_at);
    if (size_bytes < smallest_header_bytes || size_bytes > header.size()) {
        return "a header of " + std::to_string(size_bytes) + " bytes";
    }
    const std::uint32_t checksum = u32_at(header, header_crc_at);
    put_u32(header, header_crc_at, 0);
    if (crc32(slice(header, 0, size_bytes)) != checksum) return "wrong checksum of the header";
    const std::uint64_t own_sector = u64_at(header, own_sector_at);
    if (own_sector != header_sector) {
        return "the header belongs into sector " + std::to_string(own_sector);
    }
    return {};
}

void add_partition(Gpt& gpt, ByteView entry, std::uint32_t number, std::uint32_t sector_bytes,
                   std::uint64_t disk_bytes) {
    const std::uint64_t first = u64_at(entry, first_sector_at);
    const std::uint64_t last = u64_at(entry, last_sector_at);
    // A count of 0 is no partition; one that wraps around, of all sectors, neither.
    const std::uint64_t count = last >= first ? last - first + 1 : 0;
    const auto range = range_in_disk(number, first, count, sector_bytes, disk_bytes, gpt);
    if (!range) return;
    gpt.partitions.push_back(
        {number, *range, guid_text(slice(entry, 0, guid_bytes)), name_of_entry(entry), false});
}

}  // namespace

Gpt read_gpt(BlockDevice& disk, std::uint32_t sector_bytes, std::uint64_t header_sector) {
    Gpt gpt;
    const std::uint64_t sectors = disk.size_bytes() / sector_bytes;
    if (header_sector >= sectors) {
        gpt.damage = "the disk is too small";
        return gpt;
    }
    const Bytes header = read_bytes(disk, header_sector * sector_bytes, sector_bytes);
    gpt.damage = damage_of_header(header, header_sector);
    if (!gpt.damage.empty()) return gpt;

    const std::uint64_t first_sector = u64_at(header, entries_at);
    const std::uint32_t count = u32_at(header, entry_count_at);
    const std::uint32_t entry_bytes = u32_at(header, entry_size_at);
    const std::uint64_t size_bytes = std::uint64_t{count} * entry_bytes;
    if (entry_bytes < smallest_entry_bytes || entry_bytes > largest_entry_bytes ||
        entry_bytes % smallest_entry_bytes != 0 || size_bytes > most_bytes_of_entries) {
        gpt.damage =
            std::to_string(count) + " entries of " + std::to_string(entry_bytes) + " bytes";
        return gpt;
    }
    if (first_sector >= sectors ||
        !range_is_inside(first_sector * sector_bytes, size_bytes, disk.size_bytes())) {
        gpt.damage = "its entries lie outside of the disk";
        return gpt;
    }
    const Bytes entries = read_bytes(disk, first_sector * sector_bytes, size_bytes);
    if (crc32(entries) != u32_at(header, entries_crc_at)) {
        gpt.damage = "wrong checksum of the entries";
        return gpt;
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        const ByteView entry = slice(entries, std::size_t{i} * entry_bytes, entry_bytes);
        if (is_zero(slice(entry, 0, guid_bytes))) continue;
        add_partition(gpt, entry, i + 1, sector_bytes, disk.size_bytes());
    }
    return gpt;
}

}  // namespace nlafix::disk
