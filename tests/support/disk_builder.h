// SPDX-License-Identifier: GPL-2.0-or-later
// Partition tables and first sectors of volumes, written from scratch.
// Owns: the tests' own opinion of MBR, extended boot records and GPT, with its own CRC-32.
// Never: uses code of src/.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace nlafix::test {

/// A disk of `size_bytes` zeros that is filled piece by piece; sectors are `sector_bytes` long.
struct DiskBuilder {
    Bytes bytes;
    std::uint32_t sector_bytes = 512;

    explicit DiskBuilder(std::size_t size_bytes, std::uint32_t sector = 512)
        : bytes(size_bytes), sector_bytes(sector) {}

    std::uint64_t sectors() const { return bytes.size() / sector_bytes; }
    void put_text(std::uint64_t offset, const std::string& text);
    /// Entry `slot` (0 to 3) of the MBR, or of the extended one in `sector`; adds the signature.
    void put_mbr_entry(std::uint64_t sector, int slot, std::uint8_t type, std::uint32_t first,
                       std::uint32_t count, std::uint8_t boot_indicator = 0);
    /// The first sector of an NTFS, as far as anything here looks at it.
    void put_ntfs(std::uint64_t sector);
};

struct GptPart {
    std::uint32_t number = 1;
    std::uint64_t first = 0, last = 0;  // sectors, both included
    std::u16string name = u"Basic data partition";
};

/// Both tables and the protective MBR; 128 entries of 128 bytes.
void put_gpt(DiskBuilder& disk, const std::vector<GptPart>& parts);
/// Computes the checksums of the header in `sector` anew, after a test has changed it or its
/// entries.
void mend_gpt(DiskBuilder& disk, std::uint64_t sector);

std::uint32_t plain_crc32(ByteView bytes);

}  // namespace nlafix::test
