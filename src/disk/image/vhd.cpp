// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/image/vhd.h"

#include <string_view>

#include "base/bytes.h"

namespace nlafix::disk {
namespace {

constexpr std::size_t footer_bytes = 512;
constexpr std::size_t current_size_at = 48, type_at = 60, checksum_at = 64;
constexpr std::string_view signature = "conectix";

/// The complement of the sum of all bytes but those of the checksum itself.
std::uint32_t checksum_of(ByteView footer) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < footer.size(); ++i) {
        if (i < checksum_at || i >= checksum_at + 4)
            sum += std::to_integer<std::uint32_t>(footer[i]);
    }
    return ~sum;
}

}  // namespace

std::optional<VhdFooter> vhd_footer_at(const ImageFile& file, std::uint64_t offset) {
    const Bytes bytes = file.read(offset, footer_bytes);
    if (bytes.size() < footer_bytes ||
        !equal(slice(bytes, 0, signature.size()), std::as_bytes(std::span(signature)))) {
        return std::nullopt;
    }
    VhdFooter footer;
    footer.type = static_cast<std::uint32_t>(big_endian_or_0(bytes, type_at, 4));
    footer.disk_bytes = big_endian_or_0(bytes, current_size_at, 8);
    footer.is_sound = big_endian_or_0(bytes, checksum_at, 4) == checksum_of(bytes);
    return footer;
}

bool has_vhd_footer(const ImageFile& file) {
    return file.size_bytes >= footer_bytes &&
           vhd_footer_at(file, file.size_bytes - footer_bytes).has_value();
}

std::optional<std::uint64_t> fixed_vhd_size(const ImageFile& file) {
    if (file.size_bytes < footer_bytes) return std::nullopt;
    const auto footer = vhd_footer_at(file, file.size_bytes - footer_bytes);
    const bool is_fixed = footer && footer->is_sound &&
                          footer->type == static_cast<std::uint32_t>(VhdType::fixed) &&
                          footer->disk_bytes <= file.size_bytes - footer_bytes;
    return is_fixed ? std::optional(footer->disk_bytes) : std::nullopt;
}

}  // namespace nlafix::disk
