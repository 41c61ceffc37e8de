// SPDX-License-Identifier: GPL-2.0-or-later
// Heads of images in memory.
#pragma once

#include <algorithm>

#include "disk/image/image_format.h"
#include "disk_builder.h"

namespace nlafix::test {

/// `bytes` must outlive it.
inline disk::ImageFile image_file_of(const Bytes& bytes) {
    return {bytes.size(), [&bytes](std::uint64_t offset, std::size_t length) {
                if (offset >= bytes.size()) return Bytes();
                const ByteView view = ByteView(bytes).subspan(
                    offset, std::min<std::size_t>(length, bytes.size() - offset));
                return Bytes(view.begin(), view.end());
            }};
}

inline constexpr std::size_t vhdx_file_parameters_at = (512 << 10) + 65536;

/// A VHDX as far as its file parameters: both region tables, the metadata table
/// (MS-VHDX 2.2.3, 2.6).
inline DiskBuilder vhdx_head() {
    constexpr std::size_t metadata_at = 512 << 10;
    DiskBuilder disk(std::size_t{1} << 20);
    disk.put_text(0, "vhdxfile");
    for (const std::size_t at : {std::size_t{192} << 10, std::size_t{256} << 10}) {
        disk.put_text(at, "regi");
        put_u32(disk.bytes, at + 8, 2);
        disk.put_text(at + 16 + 32,
                      "\x06\xa2\x7c\x8b\x90\x47\x9a\x4b\xb8\xfe\x57\x5f\x05\x0f\x88\x6e");
        put_u64(disk.bytes, at + 16 + 32 + 16, metadata_at);
    }
    disk.put_text(metadata_at, "metadata");
    put_u32(disk.bytes, metadata_at + 8, 1U << 16);  // a count of 1, behind two reserved bytes
    disk.put_text(metadata_at + 32,
                  "\x37\x67\xa1\xca\x36\xfa\x43\x4d\xb3\xb6\x33\xf0\xaa\x44\xe7\x6b");
    put_u32(disk.bytes, metadata_at + 32 + 16, 65536);
    return disk;
}

}  // namespace nlafix::test
