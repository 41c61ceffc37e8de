// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/image/open_disk.h"

#include <utility>

#include "base/error.h"
#include "disk/image/files_of_image.h"
#include "disk/image/image_file.h"
#include "disk/table/gpt.h"
#include "os/file.h"
#include "os/paths.h"

namespace nlafix::disk {
namespace {

const ImageKind& kind_of(const ImageFile& file, const ImageOptions& options) {
    if (options.format) {
        if (may_be(file, *options.format)) return kind_in_format(file, *options.format);
        throw Error(ErrorCode::malformed_disk, "is no image of the format " +
                                                   std::string(word_of(*options.format)) +
                                                   ": it does not begin as one")
            .hint("leave --format out, or look at the image with qemu-img info");
    }
    const ImageProbe probe = probe_image(file);
    if (probe.kind != nullptr) return *probe.kind;
    throw Error(ErrorCode::format_ambiguous,
                "its format may be " + probe.plausible + ": it bears the marks of both")
        .hint(
            "say what it is with --format; if it is the disk of a virtual machine, its "
            "configuration says so");
}

void require_opener(const ImageKind& kind, const std::string& path) {
    if (kind.opener != Opener::nobody) return;
    throw Error(ErrorCode::no_image_support,
                "its format is " + std::string(kind.name) + ", which nlafix does not open")
        .hint(hint_for(kind, path));
}

/// Why the image is not written, by its format and by who else has it; known before it is opened.
std::optional<Error> why_not_written(const ImageKind& kind, const ImageFile& image,
                                     const os::File& file) {
    if (!kind.is_writable) {
        return Error(ErrorCode::no_image_support, "its format is " + std::string(kind.name) +
                                                      ", which can be read but not written")
            .hint(hint_for(kind, file.path()));
    }
    if (auto damage = image_damage(image, *kind.format)) return damage;
    if (file.status().kind != os::FileKind::regular) return std::nullopt;
    return why_image_not_written(file);
}

/// What a user should know who has an image read as a raw disk; empty where it looks like one.
std::string misread_format(const ImageFile& file, const ImageOptions& options) {
    if (options.format != ImageFormat::raw) return "";
    const ImageKind* const looks_like = probe_image(file).kind;
    if (looks_like == nullptr || looks_like->format == ImageFormat::raw) return "";
    return "it is read as raw, as --format says, but looks like " + std::string(looks_like->name);
}

void require_trust(const ImageFile& file, ImageFormat format, const ImageOptions& options) {
    const auto others = other_files_of(file, format);
    if (!others || options.trust_image_references) return;
    throw Error(ErrorCode::untrusted_references,
                "refers to another file of this machine: " + others->what)
        .hint("if the image comes from somebody you trust, give --trust-image-references; " +
              std::string(others->are_written ? "a fix writes to those files, too"
                                              : "a fix writes to this image alone"));
}

/// Whatever qemu-nbd is made to open, it can open nothing but the files of the image.
void open_by_server(const os::File& image, ImageFormat format, Access access,
                    const NbdOptions& options, OpenedDisk& opened) {
    ServedImage served{image.path(), format, access, files_of_image(image, format, access)};
    if (!served.files) {
        opened.warnings.emplace_back(
            "qemu-nbd may open any file: the image refers to what nlafix cannot follow");
    }
    opened.device = open_image(image.system(), served, options);
    opened.may_grow = !opened.is_block_device;
}

/// A raw image, a fixed VHD or a block device: no server is needed.
OpenedDisk open_directly(os::System& system, const std::string& path, Access access,
                         std::optional<std::uint64_t> size_bytes) {
    OpenedDisk opened;
    auto device = FileDevice::open(system, path, access);
    opened.identity = device->identity();
    if (size_bytes) device->limit_size(*size_bytes);
    opened.is_block_device = device->is_block_device();
    opened.refusal = device->refusal();
    opened.warnings = device->warnings();
    opened.device = std::move(device);
    return opened;
}

OpenedDisk open_file(os::System& system, const std::string& path, Access access,
                     const ImageOptions& options) {
    const os::FileKind kind = os::status_of(system, path, false).kind;
    if (kind != os::FileKind::regular && kind != os::FileKind::block_device) {
        return open_directly(system, path, access, {});  // which says what it is not
    }
    ImageFormat format = ImageFormat::raw;
    std::optional<std::uint64_t> fixed_size;
    std::string misread;
    std::optional<Error> refusal;
    os::File probed = os::File::open_itself(system, path);
    const os::FileIdentity identity = probed.status().identity;
    {
        const ImageFile file = image_file(probed);
        const ImageKind& image = kind_of(file, options);
        require_opener(image, path);
        refusal = why_not_written(image, file, probed);
        if (access == Access::write && refusal) throw Error(*refusal);
        format = *image.format;
        misread = misread_format(file, options);
        if (format == ImageFormat::vhd) fixed_size = fixed_vhd_size(file);
        if (!fixed_size) require_trust(file, format, options);
    }
    OpenedDisk opened;
    if (format == ImageFormat::raw || fixed_size) {
        probed.close();
        opened = open_directly(system, path, access, fixed_size);
    } else {
        // An image on a block device: that it is not mounted is for us to see, qemu does not look.
        if (kind == os::FileKind::block_device) {
            opened.refusal = FileDevice::open(system, path, access)->refusal();
            opened.is_block_device = true;
        }
        open_by_server(probed, format, access, options.nbd, opened);
    }
    if (opened.identity && *opened.identity != identity) throw_exchanged(path);
    opened.identity = identity;
    if (refusal) opened.refusal = refusal;
    opened.format = word_of(format);
    if (!misread.empty()) opened.warnings.push_back(misread);
    return opened;
}

/// Whether a backup of a GPT lies at the end: all that is left of a disk whose start was wiped.
bool has_backup_gpt(const ImageFile& file) {
    constexpr std::string_view signature = "EFI PART";
    for (const std::uint64_t sector_bytes : {std::uint64_t{512}, std::uint64_t{4096}}) {
        const std::uint64_t sectors = file.size_bytes / sector_bytes;
        if (sectors < 3) continue;
        const Bytes header = file.read((sectors - 1) * sector_bytes, signature.size());
        if (equal(header, std::as_bytes(std::span(signature)))) return true;
    }
    return false;
}

}  // namespace

bool looks_like_disk(os::System& system, const std::string& target) {
    if (is_nbd_uri(target)) return true;
    try {
        const auto status = os::status_if_any(system, target, true);
        if (!status) return false;
        if (status->kind == os::FileKind::block_device) return true;
        if (status->kind != os::FileKind::regular) return false;
        const os::File opened = os::File::open(system, target, {});
        const ImageFile file = image_file(opened);
        constexpr std::string_view hive = "regf";
        if (equal(file.read(0, hive.size()), std::as_bytes(std::span(hive)))) return false;
        const ImageProbe probe = probe_image(file);
        return probe.is_raw_disk || probe.kind != &kind_of(ImageFormat::raw) ||
               has_backup_gpt(file);
    } catch (const Error&) {
        return false;  // who opens it as a hive says why it cannot be read
    }
}

OpenedDisk open_disk(os::System& system, const std::string& target, Access access,
                     const ImageOptions& options) {
    if (is_nbd_uri(target)) {
        OpenedDisk opened;
        opened.path = target;
        opened.format = "nbd";
        opened.device = open_nbd_uri(target, access, options.nbd);
        opened.refusal = opened.device->refusal();
        return opened;
    }
    try {
        const std::string path = os::real_path_of(system, target);
        OpenedDisk opened = open_file(system, path, access, options);
        opened.path = path;
        return opened;
    } catch (Error& error) {
        error.default_path(target);
        throw;
    }
}

void require_room_for_image(os::System& system, const OpenedDisk& disk, std::uint64_t bytes) {
    // For tables, and for the rest of clusters that are allocated for a part of them.
    constexpr std::uint64_t spare_bytes = std::uint64_t{1} << 20;
    if (!disk.may_grow) return;
    const std::uint64_t free_bytes = os::file_system_of(system, disk.path).free_bytes;
    const std::uint64_t needed_bytes = bytes + spare_bytes;
    if (free_bytes >= needed_bytes) return;
    throw Error(ErrorCode::no_room, "the image may have to grow by " +
                                        std::to_string(needed_bytes) + " bytes, and " +
                                        std::to_string(free_bytes) + " are free where it lies")
        .path(disk.path)
        .hint("make room there, or copy the image elsewhere and give the copy");
}

}  // namespace nlafix::disk
