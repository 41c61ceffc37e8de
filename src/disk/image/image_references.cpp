// SPDX-License-Identifier: GPL-2.0-or-later
// What the heads of images say about other files, and about damage. other_files_of has to find
// whatever qemu would open besides the image, and rather more than less.
#include <algorithm>
#include <array>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "disk/image/image_format.h"
#include "disk/image/vhd.h"
#include "disk/image/vmdk.h"

namespace nlafix::disk {
namespace {

std::string text_of(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Error has_parent(std::string_view format) {
    return Error(ErrorCode::no_image_support, "is a differencing " + std::string(format) +
                                                  ", which is read only with its parent")
        .hint(
            "merge it into its parent with Hyper-V (Merge-VHD), or start the machine and remove "
            "its checkpoints; then give the merged image");
}

// qemu's docs/interop/qcow2.txt.
constexpr std::size_t qcow2_head_bytes = 104;

/// What a program has to know to read the image; version 2 has no such field.
std::uint64_t qcow2_features(ByteView head) {
    constexpr std::size_t version_at = 4, features_at = 72;
    return big_endian_or_0(head, version_at, 4) >= 3 ? big_endian_or_0(head, features_at, 8) : 0;
}

/// What the extensions of a qcow2 header say.
struct Qcow2Extensions {
    std::string backing_format;
    std::optional<std::string> data_file;
};

Qcow2Extensions qcow2_extensions(const ImageFile& file, ByteView head) {
    constexpr std::uint32_t backing_format_type = 0xe2792aca, data_file_type = 0x44415441;
    constexpr std::size_t version_at = 4, cluster_bits_at = 20, header_bytes_at = 100;
    constexpr std::uint64_t bytes_of_version_2 = 72, most_cluster_bits = 21;
    const bool has_size = big_endian_or_0(head, version_at, 4) >= 3;
    const auto cluster_bits = big_endian_or_0(head, cluster_bits_at, 4);
    Qcow2Extensions found;
    if (cluster_bits > most_cluster_bits) return found;
    const Bytes cluster = file.read(0, std::size_t{1} << cluster_bits);
    std::uint64_t at = has_size ? big_endian_or_0(head, header_bytes_at, 4) : bytes_of_version_2;
    while (range_is_inside(at, 8, cluster.size())) {
        const auto type = big_endian_or_0(cluster, static_cast<std::size_t>(at), 4);
        const auto size = big_endian_or_0(cluster, static_cast<std::size_t>(at + 4), 4);
        if (type == 0 || !range_is_inside(at + 8, size, cluster.size())) break;
        const std::string text = text_of(
            slice(cluster, static_cast<std::size_t>(at + 8), static_cast<std::size_t>(size)));
        if (type == backing_format_type) found.backing_format = text;
        if (type == data_file_type) found.data_file = text;
        at += 8 + (size + 7) / 8 * 8;
    }
    return found;
}

std::optional<OtherFiles> qcow2_files(const ImageFile& file) {
    constexpr std::size_t backing_offset_at = 8, backing_size_at = 16;
    constexpr std::size_t longest_name = 1023;
    constexpr std::uint64_t external_data_file = 1U << 2;
    const Bytes head = file.read(0, qcow2_head_bytes);
    const Qcow2Extensions extensions = qcow2_extensions(file, head);
    OtherFiles others;
    if ((qcow2_features(head) & external_data_file) != 0) {
        others.what = "an external data file";
        others.are_written = true;
        if (extensions.data_file) others.references.push_back({*extensions.data_file, "raw", true});
    }
    const std::uint64_t backing_offset = big_endian_or_0(head, backing_offset_at, 8);
    if (backing_offset != 0) {
        const auto size =
            std::min<std::uint64_t>(big_endian_or_0(head, backing_size_at, 4), longest_name);
        const std::string name = text_of(file.read(backing_offset, static_cast<std::size_t>(size)));
        others.what +=
            (others.what.empty() ? "the backing file " : ", and the backing file ") + name;
        others.references.push_back({name, extensions.backing_format, false});
    }
    return others.what.empty() ? std::nullopt : std::optional(others);
}

void refuse_vhd_parent(const ImageFile& file) {
    const auto footer = vhd_footer_at(file, 0);
    if (footer && footer->type == static_cast<std::uint32_t>(VhdType::differencing)) {
        throw has_parent("VHD");
    }
}

/// A table of VHDX: where in the file it lies, and how its entries are found.
struct VhdxTable {
    std::uint64_t offset;
    std::string_view signature;
    std::size_t count_at, first_entry_at, entry_bytes;
};

/// The entry with `guid` of a table of the file: its first 32 bytes.
std::optional<Bytes> vhdx_entry(const ImageFile& file, const VhdxTable& table,
                                const std::array<unsigned char, 16>& guid) {
    constexpr std::size_t table_bytes = std::size_t{64} << 10;
    constexpr std::uint32_t most_entries = 2047;
    const Bytes bytes = file.read(table.offset, table_bytes);
    if (bytes.size() < table_bytes || !text_of(bytes).starts_with(table.signature)) {
        return std::nullopt;
    }
    const std::uint32_t count =
        std::min<std::uint32_t>(u32_at(bytes, table.count_at) & 0xffff, most_entries);
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::size_t at = table.first_entry_at + i * table.entry_bytes;
        if (!range_is_inside(at, 32, bytes.size())) break;
        const ByteView entry = slice(bytes, at, 32);
        if (equal(entry.first(16), std::as_bytes(std::span(guid)))) {
            return Bytes(entry.begin(), entry.end());
        }
    }
    return std::nullopt;
}

// MS-VHDX 2.2.3 (region table), 2.6.1 (metadata table), 2.6.2.1 (file parameters).
void refuse_vhdx_parent(const ImageFile& file) {
    constexpr std::array<unsigned char, 16> metadata_region = {0x06, 0xa2, 0x7c, 0x8b, 0x90, 0x47,
                                                               0x9a, 0x4b, 0xb8, 0xfe, 0x57, 0x5f,
                                                               0x05, 0x0f, 0x88, 0x6e};
    constexpr std::array<unsigned char, 16> file_parameters = {0x37, 0x67, 0xa1, 0xca, 0x36, 0xfa,
                                                               0x43, 0x4d, 0xb3, 0xb6, 0x33, 0xf0,
                                                               0xaa, 0x44, 0xe7, 0x6b};
    constexpr std::uint32_t has_parent_flag = 2;
    for (const std::uint64_t regions_at : {std::uint64_t{192} << 10, std::uint64_t{256} << 10}) {
        const auto region = vhdx_entry(file, {regions_at, "regi", 8, 16, 32}, metadata_region);
        if (!region) continue;
        const std::uint64_t metadata_at = u64_at(*region, 16);
        if (metadata_at >= file.size_bytes) continue;
        const auto item = vhdx_entry(file, {metadata_at, "metadata", 10, 32, 32}, file_parameters);
        if (!item) continue;
        const Bytes parameters = file.read(metadata_at + u32_at(*item, 16), 8);
        if (parameters.size() == 8 && (u32_at(parameters, 4) & has_parent_flag) != 0) {
            throw has_parent("VHDX");
        }
    }
}

}  // namespace

std::optional<OtherFiles> other_files_of(const ImageFile& file, ImageFormat format) {
    switch (format) {
        case ImageFormat::qcow2: return qcow2_files(file);
        case ImageFormat::vmdk: return vmdk_files(file);
        case ImageFormat::vhd: refuse_vhd_parent(file); break;
        case ImageFormat::vhdx: refuse_vhdx_parent(file); break;
        case ImageFormat::raw: break;
    }
    return std::nullopt;
}

std::optional<Error> image_damage(const ImageFile& file, ImageFormat format) {
    constexpr std::uint64_t corrupt = 1U << 1;
    if (format != ImageFormat::qcow2 ||
        (qcow2_features(file.read(0, qcow2_head_bytes)) & corrupt) == 0) {
        return std::nullopt;
    }
    return Error(ErrorCode::malformed_disk,
                 "the image is marked corrupt: qemu found its tables damaged, and only reads it")
        .hint("copy it, then repair it (qemu-img check -r all IMAGE), then run this again");
}

}  // namespace nlafix::disk
