// SPDX-License-Identifier: GPL-2.0-or-later
// What format an image has, by its content, and whether it leads to other files of the host.
// Owns: the magic numbers of raw, qcow2, VHD, VHDX and VMDK; the judgement where two are plausible.
// Never: reads a guest's data, or opens another file.
//
// Formats: qemu's docs/interop/qcow2.txt; "Virtual Hard Disk Image Format Specification" 1.0 and
// MS-VHDX of Microsoft; "Virtual Disk Format 5.0" of VMware.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace nlafix::disk {

enum class ImageFormat { raw, qcow2, vhd, vhdx, vmdk };

/// The word that --format takes and reports show: "raw", "qcow2", "vhd", "vhdx", "vmdk".
std::string_view word_of(ImageFormat format);
/// The format of such a word; "vpc", as qemu calls VHD, is one too. Nothing for any other word.
std::optional<ImageFormat> image_format_of(std::string_view word);

/// The bytes of an image file, whatever its size; what lies behind its end is missing in what is
/// read.
struct ImageFile {
    std::uint64_t size_bytes = 0;
    std::function<Bytes(std::uint64_t offset, std::size_t length)> read;
};

/// What the first and the last bytes of a file say about its format.
struct ImageProbe {
    /// The one format that it is; nothing where it may as well be another, or is none of these.
    std::optional<ImageFormat> format;
    /// All that are plausible, where it is not one: "raw or qcow2".
    std::string plausible;
    /// The name of a format that nlafix cannot open ("VDI"), else empty.
    std::string unsupported;
    /// A raw disk that shows itself as one: a boot signature, a GPT or a file system of Windows.
    bool is_raw_disk = false;
};

/// Judges by magic; names play no part. Raw is what bears no magic. A file with the magic of an
/// image and the marks of a raw disk as well may be either. A fixed VHD is both, and is taken as
/// VHD if its footer is sound: the bytes of the disk lie at the same places either way, and a raw
/// disk would be too long by the footer.
ImageProbe probe_image(const ImageFile& file);

/// Whether a file begins as an image of `format` does, or ends as a VHD does, whatever else it
/// bears. Every file may be raw.
bool may_be(const ImageFile& file, ImageFormat format);

/// The size in bytes of the disk in a fixed VHD, which is stored from the start of the file as in a
/// raw image; nothing where there is no sound footer of one.
std::optional<std::uint64_t> fixed_vhd_size(const ImageFile& file);

/// What an image of `format` needs besides its own file: "the backing file base.qcow2"; nothing
/// where it stands alone. Throws Error(no_image_support) for a VHD or VHDX with a parent, which
/// qemu does not read rightly.
std::optional<std::string> other_files_of(const ImageFile& file, ImageFormat format);

}  // namespace nlafix::disk
