// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/table/foreign_content.h"

#include <algorithm>

namespace nlafix::disk {
namespace {

struct Signature {
    std::size_t offset;
    std::string_view text;
    ForeignContent content;
};

// A swap area has its mark at the end of its first page, which has 4, 8, 16 or 64 KiB.
constexpr Signature signatures[] = {
    {0, "XFSB", ForeignContent::xfs},
    {0, "hsqs", ForeignContent::squashfs},
    {1080, "\x53\xef", ForeignContent::ext},
    {0x8001, "CD001", ForeignContent::iso9660},
    {0x10040, "_BHRfS_M", ForeignContent::btrfs},
    {4086, "SWAPSPACE2", ForeignContent::swap},
    {8182, "SWAPSPACE2", ForeignContent::swap},
    {16374, "SWAPSPACE2", ForeignContent::swap},
    {65526, "SWAPSPACE2", ForeignContent::swap},
};

constexpr std::size_t head_bytes = std::size_t{68} * 1024;

}  // namespace

std::string_view name_of(ForeignContent content) {
    switch (content) {
        case ForeignContent::ext: return "ext";
        case ForeignContent::xfs: return "XFS";
        case ForeignContent::btrfs: return "btrfs";
        case ForeignContent::swap: return "swap";
        case ForeignContent::iso9660: return "ISO 9660";
        case ForeignContent::squashfs: return "squashfs";
        case ForeignContent::unknown:
        case ForeignContent::empty: break;
    }
    return "";
}

ForeignContent foreign_content_at(BlockDevice& disk, const DiskRange& range) {
    const std::uint64_t there = std::min<std::uint64_t>(head_bytes, range.size_bytes);
    const Bytes head = read_bytes(disk, range.offset, static_cast<std::size_t>(there));
    for (const Signature& signature : signatures) {
        if (head.size() >= signature.offset + signature.text.size() &&
            equal(slice(head, signature.offset, signature.text.size()),
                  std::as_bytes(std::span(signature.text)))) {
            return signature.content;
        }
    }
    const bool is_zero =
        std::all_of(head.begin(), head.end(), [](std::byte value) { return value == std::byte{}; });
    return is_zero ? ForeignContent::empty : ForeignContent::unknown;
}

}  // namespace nlafix::disk
