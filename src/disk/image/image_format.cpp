// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/image/image_format.h"

#include <algorithm>
#include <string_view>

#include "base/bytes.h"
#include "disk/image/vhd.h"
#include "disk/table/mbr.h"
#include "disk/table/membership.h"
#include "disk/table/volume_kind.h"

namespace nlafix::disk {
namespace {

bool has_word(ByteView bytes, std::string_view word) {
    const auto letters = std::as_bytes(std::span(word));
    return std::search(bytes.begin(), bytes.end(), letters.begin(), letters.end()) != bytes.end();
}

bool has_marks_of_raw_disk(ByteView head) {
    if (has_text(head, 512, "EFI PART") || has_text(head, 4096, "EFI PART")) return true;
    return head.size() >= 512 && (has_boot_signature(head) || starts_as_member(head) ||
                                  volume_kind_of(head) != VolumeKind::other);
}

/// By the magic of an image of `format` at the start.
bool has_magic_of(ByteView head, ImageFormat format) {
    const ImageKind* kind = kind_by_magic(head);
    return kind != nullptr && kind->format == format;
}

}  // namespace

ImageProbe probe_image(const ImageFile& file) {
    const Bytes head = file.read(0, image_head_bytes);
    ImageProbe probe;
    probe.is_raw_disk = has_marks_of_raw_disk(head);
    const ImageKind* const magic = kind_by_magic(head);
    if (magic != nullptr && !probe.is_raw_disk) {
        probe.kind = magic;
    } else if (magic != nullptr && magic->format) {
        probe.plausible = "raw or " + std::string(word_of(*magic->format));
    } else if (fixed_vhd_size(file)) {
        probe.kind = &kind_of(ImageFormat::vhd);
    } else if (has_vhd_footer(file)) {
        // The copy at the start of a dynamic one is gone, or the disk inside wrote this.
        probe.plausible = "raw or vhd";
    } else {
        probe.kind = &kind_of(ImageFormat::raw);
    }
    return probe;
}

bool may_be(const ImageFile& file, ImageFormat format) {
    const Bytes head = file.read(0, image_head_bytes);
    if (format == ImageFormat::raw || has_magic_of(head, format)) return true;
    if (format == ImageFormat::vhd) return has_vhd_footer(file);
    // A descriptor that somebody wrote may do without the comment in its first line.
    return format == ImageFormat::vmdk && has_word(head, "createType");
}

const ImageKind& kind_in_format(const ImageFile& file, ImageFormat format) {
    const Bytes head = file.read(0, image_head_bytes);
    const ImageKind* const magic = kind_by_magic(head);
    return magic != nullptr && magic->format == format ? *magic : kind_of(format);
}

}  // namespace nlafix::disk
