// SPDX-License-Identifier: GPL-2.0-or-later
// The footer of a VHD.
// Owns: its fields and its checksum.
//
// Format: "Virtual Hard Disk Image Format Specification" 1.0, "Hard Disk Footer Format".
// Big-endian.
#pragma once

#include <cstdint>
#include <optional>

#include "disk/image/image_format.h"

namespace nlafix::disk {

enum class VhdType { fixed = 2, dynamic = 3, differencing = 4 };

struct VhdFooter {
    std::uint32_t type = 0;  // of VhdType, or what else the file says
    std::uint64_t disk_bytes = 0;
    bool is_sound = false;  // the checksum fits
};

/// The footer at `offset`; nothing where there is no signature of one.
std::optional<VhdFooter> vhd_footer_at(const ImageFile& file, std::uint64_t offset);

/// Whether the last 512 bytes bear the signature of a footer, sound or not.
bool has_vhd_footer(const ImageFile& file);

}  // namespace nlafix::disk
