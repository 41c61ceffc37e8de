// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk_builder.h"

#include <algorithm>
#include <cstring>

namespace nlafix::test {
namespace {

constexpr std::uint32_t entry_count = 128, entry_bytes = 128, header_bytes = 92;
// EBD0A0A2-B9E5-4433-87C0-68B6B72699C7: a volume of Windows.
constexpr unsigned char basic_data[16] = {0xa2, 0xa0, 0xd0, 0xeb, 0xe5, 0xb9, 0x33, 0x44,
                                          0x87, 0xc0, 0x68, 0xb6, 0xb7, 0x26, 0x99, 0xc7};

void put_header(DiskBuilder& disk, std::uint64_t own, std::uint64_t other, std::uint64_t entries) {
    const std::size_t at = own * disk.sector_bytes;
    disk.put_text(at, "EFI PART");
    put_u32(disk.bytes, at + 8, 0x00010000);
    put_u32(disk.bytes, at + 12, header_bytes);
    put_u64(disk.bytes, at + 24, own);
    put_u64(disk.bytes, at + 32, other);
    put_u64(disk.bytes, at + 40, 34);
    put_u64(disk.bytes, at + 48, disk.sectors() - 34);
    put_u64(disk.bytes, at + 72, entries);
    put_u32(disk.bytes, at + 80, entry_count);
    put_u32(disk.bytes, at + 84, entry_bytes);
    mend_gpt(disk, own);
}

}  // namespace

std::uint32_t plain_crc32(ByteView bytes) {
    std::uint32_t crc = 0xffffffff;
    for (const std::byte byte : bytes) {
        crc ^= std::to_integer<std::uint32_t>(byte);
        for (int i = 0; i < 8; ++i) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xedb88320U : crc >> 1;
    }
    return ~crc;
}

void DiskBuilder::put_text(std::uint64_t offset, const std::string& text) {
    std::transform(text.begin(), text.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset),
                   [](char c) { return static_cast<std::byte>(c); });
}

void DiskBuilder::put_mbr_entry(std::uint64_t sector, int slot, std::uint8_t type,
                                std::uint32_t first, std::uint32_t count,
                                std::uint8_t boot_indicator) {
    const std::size_t start = sector * sector_bytes;
    const std::size_t at = start + 446 + static_cast<std::size_t>(slot) * 16;
    bytes[at] = std::byte{boot_indicator};
    bytes[at + 4] = std::byte{type};
    put_u32(bytes, at + 8, first);
    put_u32(bytes, at + 12, count);
    bytes[start + 510] = std::byte{0x55};
    bytes[start + 511] = std::byte{0xaa};
}

void DiskBuilder::put_ntfs(std::uint64_t sector) {
    const std::size_t at = sector * sector_bytes;
    put_text(at, "\xeb\x52\x90NTFS    ");
    bytes[at + 510] = std::byte{0x55};
    bytes[at + 511] = std::byte{0xaa};
}

void mend_gpt(DiskBuilder& disk, std::uint64_t sector) {
    const std::size_t at = sector * disk.sector_bytes;
    const std::uint64_t entries = u64_at(disk.bytes, at + 72) * disk.sector_bytes;
    const std::uint64_t size =
        std::uint64_t{u32_at(disk.bytes, at + 80)} * u32_at(disk.bytes, at + 84);
    if (range_is_inside(entries, size, disk.bytes.size())) {
        put_u32(disk.bytes, at + 88, plain_crc32(ByteView(disk.bytes).subspan(entries, size)));
    }
    const std::size_t length =
        std::min<std::size_t>(u32_at(disk.bytes, at + 12), disk.bytes.size() - at);
    put_u32(disk.bytes, at + 16, 0);
    put_u32(disk.bytes, at + 16, plain_crc32(ByteView(disk.bytes).subspan(at, length)));
}

void put_gpt(DiskBuilder& disk, const std::vector<GptPart>& parts) {
    disk.put_mbr_entry(0, 0, 0xee, 1, 0xffffffff);
    const std::uint64_t entry_sectors = entry_count * entry_bytes / disk.sector_bytes;
    const std::uint64_t last = disk.sectors() - 1;
    for (const std::uint64_t entries : {std::uint64_t{2}, last - entry_sectors}) {
        for (const GptPart& part : parts) {
            const std::size_t at =
                entries * disk.sector_bytes + std::size_t{part.number - 1} * entry_bytes;
            std::memcpy(disk.bytes.data() + at, basic_data, sizeof basic_data);
            disk.bytes[at + 16] = std::byte{1};  // its own GUID
            put_u64(disk.bytes, at + 32, part.first);
            put_u64(disk.bytes, at + 40, part.last);
            for (std::size_t i = 0; i < part.name.size() && i < 36; ++i) {
                put_little_endian<std::uint16_t>(disk.bytes, at + 56 + 2 * i, part.name[i]);
            }
        }
    }
    put_header(disk, 1, last, 2);
    put_header(disk, last, 1, last - entry_sectors);
}

}  // namespace nlafix::test
