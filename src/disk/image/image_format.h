// SPDX-License-Identifier: GPL-2.0-or-later
// What format an image has, by its content, and whether it leads to other files of the host.
// Owns: the judgement where two formats are plausible.
// Never: reads a guest's data, or opens another file.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "disk/image/image_kinds.h"

namespace nlafix::disk {

/// The bytes of an image file, whatever its size; what lies behind its end is missing in what is
/// read.
struct ImageFile {
    std::uint64_t size_bytes = 0;
    std::function<Bytes(std::uint64_t offset, std::size_t length)> read;
};

/// What the first and the last bytes of a file say about its format.
struct ImageProbe {
    /// The one kind that it is; nothing where it may as well be another.
    const ImageKind* kind = nullptr;
    /// All that are plausible, where it is not one: "raw or qcow2".
    std::string plausible;
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

/// The kind of a file whose format the user named: a special one of that format by its magic, else
/// the plain one.
const ImageKind& kind_in_format(const ImageFile& file, ImageFormat format);

/// The size in bytes of the disk in a fixed VHD, which is stored from the start of the file as in a
/// raw image; nothing where there is no sound footer of one.
std::optional<std::uint64_t> fixed_vhd_size(const ImageFile& file);

/// A file that an image names.
struct Reference {
    std::string name;    // as the image has it
    std::string format;  // what qemu calls it; empty: qemu judges by its content
    bool is_written = false;
};

/// What an image needs besides its own file.
struct OtherFiles {
    std::string what;          // "the backing file base.qcow2"
    bool are_written = false;  // what is written to the disk goes there, too
    std::vector<Reference> references;
    bool all_are_named = true;  // false: `references` lacks files that qemu may open
};

/// Nothing where an image of `format` stands alone. Throws Error(no_image_support) for a VHD or
/// VHDX with a parent, which qemu does not read rightly.
std::optional<OtherFiles> other_files_of(const ImageFile& file, ImageFormat format);

/// Why qemu opens an image of `format` for reading only: a mark of damage in its head.
std::optional<Error> image_damage(const ImageFile& file, ImageFormat format);

}  // namespace nlafix::disk
