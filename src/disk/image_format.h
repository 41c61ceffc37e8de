// SPDX-License-Identifier: GPL-2.0-or-later
// What format an image has, by its content, and whether it leads to other files of the host.
// Owns: the magic numbers of raw, qcow2, VHD, VHDX and VMDK; the judgement where two are plausible.
// Never: reads a guest's data, or opens another file.
//
// Formats: qemu's docs/interop/qcow2.txt; "Virtual Hard Disk Image Format Specification" 1.0 and
// MS-VHDX of Microsoft; "Virtual Disk Format 5.0" of VMware.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "disk/block_device.h"

namespace nlafix::disk {

enum class ImageFormat { raw, qcow2, vhd, vhdx, vmdk };

/// The word that --format takes and reports show: "raw", "qcow2", "vhd", "vhdx", "vmdk".
std::string_view word_of(ImageFormat format);
/// The format of such a word; "vpc", as qemu calls VHD, is one too. Nothing for any other word.
std::optional<ImageFormat> image_format_of(std::string_view word);

/// What the first and the last bytes of a file say about its format.
struct ImageProbe {
    /// The one format that it is; nothing where it may as well be another.
    std::optional<ImageFormat> format;
    /// The words of all that are plausible, where it is not one.
    std::string plausible;
    /// The name of a format that nlafix cannot read ("VDI"), else empty.
    std::string unsupported;
    /// A VHD whose data lies in the file as in a raw image, with a footer behind it: the size of that
    /// data in bytes. Nothing where the VHD is dynamic, or no VHD.
    std::optional<std::uint64_t> fixed_vhd_size;
};

/// Judges by magic; names play no part. Raw is what bears no magic. A file with the magic of an image
/// and a boot signature, partition table or file system of a raw disk as well is neither. A fixed VHD
/// is both, and is taken as VHD if its footer is sound: the bytes of the disk lie at the same places
/// either way, and a raw disk would be too long by the footer.
ImageProbe probe_image(BlockDevice& file);

/// Why an image of `format` cannot be opened without files besides its own ("it has the backing
/// file base.qcow2"); nothing where it stands alone. Throws Error(malformed_disk) where the head of
/// the image contradicts its format.
std::optional<std::string> other_files_of(BlockDevice& file, ImageFormat format);

}  // namespace nlafix::disk
