// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/image/image_format.h"

#include <algorithm>
#include <array>
#include <vector>

#include "disk/image/big_endian.h"
#include "disk/image/vhd.h"
#include "disk/table/mbr.h"
#include "disk/table/volume_kind.h"

namespace nlafix::disk {
namespace {

constexpr std::size_t head_bytes = 4096 + 512;  // up to a GPT in sectors of 4096 bytes

struct Format {
    ImageFormat format;
    std::string_view word;
};
constexpr std::array<Format, 6> formats = {{{ImageFormat::raw, "raw"},
                                            {ImageFormat::qcow2, "qcow2"},
                                            {ImageFormat::vhd, "vhd"},
                                            {ImageFormat::vhdx, "vhdx"},
                                            {ImageFormat::vmdk, "vmdk"},
                                            {ImageFormat::vhd, "vpc"}}};

bool has_text(ByteView bytes, std::size_t at, std::string_view text) {
    return range_is_inside(at, text.size(), bytes.size()) &&
           equal(bytes.subspan(at, text.size()), std::as_bytes(std::span(text)));
}

bool has_word(ByteView bytes, std::string_view word) {
    const auto letters = std::as_bytes(std::span(word));
    return std::search(bytes.begin(), bytes.end(), letters.begin(), letters.end()) != bytes.end();
}

bool has_marks_of_raw_disk(ByteView head) {
    if (has_text(head, 512, "EFI PART") || has_text(head, 4096, "EFI PART")) return true;
    return head.size() >= 512 &&
           (has_boot_signature(head) || volume_kind_of(head) != VolumeKind::other);
}

/// By the magic at its start alone.
std::optional<ImageFormat> image_magic(ByteView head) {
    if (has_text(head, 0, "QFI\xfb")) {
        const std::uint64_t version = big_endian_or_0(head, 4, 4);
        if (version == 2 || version == 3) return ImageFormat::qcow2;
    }
    if (has_text(head, 0, "vhdxfile")) return ImageFormat::vhdx;
    if (has_text(head, 0, "conectix")) return ImageFormat::vhd;
    for (const std::string_view text : {"KDMV", "COWD", "# Disk DescriptorFile"}) {
        if (has_text(head, 0, text)) return ImageFormat::vmdk;
    }
    return std::nullopt;
}

std::string unsupported_magic(ByteView head) {
    if (has_text(head, 0, "QFI\xfb")) return "qcow (not version 2 or 3)";
    if (has_text(head, 0, std::string_view("QED\0", 4))) return "QED";
    if (has_text(head, 64, "\x7f\x10\xda\xbe")) return "VDI";
    if (has_text(head, 0, "WithoutFreeSpace") || has_text(head, 0, "WithouFreSpacExt")) {
        return "Parallels";
    }
    if (has_text(head, 0, "EVF\x09\x0d\x0a\xff")) return "EWF (EnCase)";
    return {};
}

}  // namespace

std::string_view word_of(ImageFormat format) {
    for (const Format& row : formats) {
        if (row.format == format) return row.word;
    }
    return "unknown";
}

std::optional<ImageFormat> image_format_of(std::string_view word) {
    for (const Format& row : formats) {
        if (row.word == word) return row.format;
    }
    return std::nullopt;
}

ImageProbe probe_image(const ImageFile& file) {
    const Bytes head = file.read(0, head_bytes);
    ImageProbe probe;
    probe.is_raw_disk = has_marks_of_raw_disk(head);
    if (const auto magic = image_magic(head)) {
        if (probe.is_raw_disk) {
            probe.plausible = "raw or " + std::string(word_of(*magic));
        } else {
            probe.format = magic;
        }
        return probe;
    }
    if (!probe.is_raw_disk) probe.unsupported = unsupported_magic(head);
    if (!probe.unsupported.empty()) return probe;
    if (fixed_vhd_size(file)) {
        probe.format = ImageFormat::vhd;
    } else if (has_vhd_footer(file)) {
        // The copy at the start of a dynamic one is gone, or the disk inside wrote this.
        probe.plausible = "raw or vhd";
    } else {
        probe.format = ImageFormat::raw;
    }
    return probe;
}

bool may_be(const ImageFile& file, ImageFormat format) {
    const Bytes head = file.read(0, head_bytes);
    switch (format) {
        case ImageFormat::raw: return true;
        case ImageFormat::vhd: return image_magic(head) == format || has_vhd_footer(file);
        // A descriptor that somebody wrote may do without the comment in its first line.
        case ImageFormat::vmdk: return image_magic(head) == format || has_word(head, "createType");
        case ImageFormat::qcow2:
        case ImageFormat::vhdx: break;
    }
    return image_magic(head) == format;
}

}  // namespace nlafix::disk
