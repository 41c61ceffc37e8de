// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/image/vmdk.h"

#include <array>
#include <string_view>

namespace nlafix::disk {
namespace {

constexpr std::string_view parent_hint = "parentFileNameHint";
constexpr std::size_t searched_bytes = std::size_t{64} << 10;
// qemu reads no more of a descriptor.
constexpr std::size_t longest_descriptor = std::size_t{1} << 20;

std::string text_at(const ImageFile& file, std::uint64_t offset, std::size_t size_bytes) {
    const Bytes bytes = file.read(offset, size_bytes);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// What stands in the first pair of quotation marks.
std::optional<std::string> quoted_in(std::string_view line) {
    const std::size_t begin = line.find('"');
    if (begin == std::string_view::npos) return std::nullopt;
    const std::size_t end = line.find('"', begin + 1);
    if (end == std::string_view::npos) return std::nullopt;
    return std::string(line.substr(begin + 1, end - begin - 1));
}

/// RW 4192256 SPARSE "disk-s001.vmdk"
bool is_extent(std::string_view line) {
    static constexpr std::array<std::string_view, 3> accesses = {"RW", "RDONLY", "NOACCESS"};
    for (const std::string_view access : accesses) {
        if (line.starts_with(access)) return true;
    }
    return false;
}

bool is_flat(std::string_view line) {
    const std::string_view words = line.substr(0, line.find('"'));
    return words.find(" FLAT") != std::string_view::npos ||
           words.find(" VMFS ") != std::string_view::npos;
}

/// All files that the lines of a descriptor name. It may have other bytes around it.
std::vector<Reference> references_in(std::string_view text) {
    std::vector<Reference> found;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
        const std::size_t parent = line.find(parent_hint);
        if (parent != std::string_view::npos) {
            if (auto name = quoted_in(line.substr(parent))) found.push_back({*name, "", false});
        } else if (is_extent(line)) {
            if (auto name = quoted_in(line)) {
                found.push_back({*name, is_flat(line) ? "raw" : "vmdk", true});
            }
        }
    }
    return found;
}

}  // namespace

// A sparse extent has its descriptor behind its header, where qemu looks for a parent in any case;
// one without a capacity of its own is a descriptor of other files.
std::optional<OtherFiles> vmdk_files(const ImageFile& file) {
    constexpr std::size_t capacity_at = 12, descriptor_offset_at = 28;
    std::string text = text_at(file, 0, searched_bytes);
    const ByteView head =
        std::as_bytes(std::span(text)).first(std::min<std::size_t>(512, text.size()));
    const bool is_sparse_extent = text.starts_with("KDMV") && text.size() >= 512;
    const bool is_descriptor =
        is_sparse_extent ? u64_at(head, capacity_at) == 0 : !text.starts_with("COWD");
    const std::size_t descriptor_bytes = is_descriptor ? longest_descriptor : searched_bytes;
    if (is_sparse_extent) {
        const std::uint64_t sector = u64_at(head, descriptor_offset_at);
        if (sector != 0 && sector < file.size_bytes / 512) {
            text += '\n' + text_at(file, sector * 512, descriptor_bytes);
        }
    } else if (is_descriptor) {
        text = text_at(file, 0, descriptor_bytes);
    }
    OtherFiles others;
    others.references = references_in(text);
    if (is_descriptor) {
        others.what = "the extents that its descriptor names";
        others.are_written = true;
        return others;
    }
    // What names extents without being a descriptor names itself, or what qemu does not open.
    if (text.find(parent_hint) == std::string::npos) return std::nullopt;
    others.what = "a parent image";
    return others;
}

}  // namespace nlafix::disk
