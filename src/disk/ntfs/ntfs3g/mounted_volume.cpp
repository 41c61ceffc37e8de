// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/ntfs/ntfs3g/mounted_volume.h"

#include <algorithm>
#include <new>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace nlafix::disk::ntfs3g {
namespace {

constexpr std::size_t most_components = 64;  // of one path
constexpr std::uint64_t attribute_reparse_point = 0x400;
constexpr std::uint16_t record_is_folder = 2;

constexpr const char* repair_hint =
    "let Windows repair the volume (chkdsk /f), then run this again";
// What libntfs-3g says of a mirror that differs, and what mends it.
constexpr std::string_view mirror_differs = "$MFTMirr does not match $MFT";
constexpr const char* mirror_hint =
    "let Windows repair the volume (chkdsk /f); or on Linux ntfsfix makes the mirror anew, which "
    "also empties the journal and marks the volume dirty: then start Windows once, or clear the "
    "mark "
    "with ntfsfix -d, which is a risk because nothing checks the volume then";

std::vector<std::string> components_of(const std::string& path) {
    std::vector<std::string> components;
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        if (end > at) components.push_back(path.substr(at, end - at));
        at = end + 1;
    }
    return components;
}

}  // namespace

void throw_malformed(const std::string& message) {
    throw Error(ErrorCode::malformed_volume, message).hint(repair_hint);
}

bool has_reparse_point(const ntfs_inode& inode) {
    return (number_in(inode.flags) & attribute_reparse_point) != 0;
}

bool is_folder(const ntfs_inode& inode) {
    const void* const record = inode.mrec;
    const ByteView bytes(static_cast<const std::byte*>(record), sizeof(MFT_RECORD));
    return (u16_at(bytes, offsetof(MFT_RECORD, flags)) & record_is_folder) != 0;
}

void MountedVolume::begin() {
    complaint().clear();
    window.failure = nullptr;
    window.reads = 0;
    errno = 0;
}

void MountedVolume::fail(const std::string& what) const {
    const int number = errno;
    if (window.failure) std::rethrow_exception(window.failure);
    if (number == ENOMEM) throw std::bad_alloc();
    std::string text = what;
    if (!complaint().empty()) text += " (" + complaint() + ")";
    const bool is_mirror = complaint().find(mirror_differs) != std::string::npos;
    throw Error(ErrorCode::malformed_volume, text)
        .system_error(number)
        .hint(is_mirror ? mirror_hint : repair_hint);
}

Inode MountedVolume::open_inode(MFT_REF reference, const std::string& name) {
    Inode inode(ntfs_inode_open(volume.get(), reference));
    if (!inode) fail("the MFT record of " + name + " cannot be read");
    return inode;
}

Attribute MountedVolume::open_data(ntfs_inode& inode, const std::string& name) {
    Attribute data(ntfs_attr_open(&inode, AT_DATA, AT_UNNAMED, 0));
    if (!data) fail("the data of " + name + " cannot be opened");
    if (data->data_size < 0 || data->initialized_size < 0 || data->allocated_size < 0) {
        throw_malformed("the data of " + name + " has a negative size");
    }
    return data;
}

/// The name of `inode` that is `asked` but for case; names of DOS count as well.
std::string MountedVolume::spelling(ntfs_inode& inode, const std::string& asked) {
    const Search search(ntfs_attr_get_search_ctx(&inode, nullptr));
    if (!search) fail("no memory");
    for (int i = 0; i < 1024; ++i) {
        if (ntfs_attr_lookup(AT_FILE_NAME, nullptr, 0, CASE_SENSITIVE, 0, nullptr, 0,
                             search.get()) != 0) {
            break;
        }
        const void* const start = search->attr;
        const ByteView attribute(static_cast<const std::byte*>(start),
                                 le32_to_cpu(search->attr->length));
        const std::size_t value = u16_at(attribute, 0x14);
        constexpr std::size_t count_at = 0x40;  // of the name, in the value
        constexpr std::size_t name_at = 0x42;
        if (!range_is_inside(value, name_at, attribute.size())) continue;
        const auto units = std::to_integer<std::size_t>(attribute[value + count_at]);
        if (!range_is_inside(value + name_at, 2 * units, attribute.size())) continue;
        std::string text = utf8_of(utf16_units(attribute.subspan(value + name_at, 2 * units)));
        if (equal_ignoring_ascii_case(std::string_view(text), std::string_view(asked))) {
            return text;
        }
    }
    return asked;
}

std::optional<Found> MountedVolume::walk_to(const std::string& path) {
    const std::vector<std::string> components = components_of(path);
    if (components.size() > most_components) return std::nullopt;
    Found found{open_inode(FILE_root, "the root folder"), ""};
    for (const std::string& component : components) {
        if (has_reparse_point(*found.inode)) {
            throw Error(ErrorCode::link_leads_out,
                        found.path + " is a link or a mount point on the volume")
                .hint("nlafix follows no links inside a volume");
        }
        if (!is_folder(*found.inode)) {
            return std::nullopt;
        }
        ntfschar* allocated = nullptr;
        const int length = ntfs_mbstoucs(component.c_str(), &allocated);
        const std::unique_ptr<ntfschar, Free> name(allocated);
        if (length <= 0 || length > 255) return std::nullopt;
        errno = 0;
        const u64 reference = ntfs_inode_lookup_by_name(found.inode.get(), name.get(), length);
        if (reference == ~u64{0}) {
            if (errno == ENOENT && !window.failure) return std::nullopt;
            fail("the folder \"" + found.path + "\" cannot be searched");
        }
        Inode next = open_inode(reference, component);
        found.path += (found.path.empty() ? "" : "/") + spelling(*next, component);
        found.inode = std::move(next);
    }
    return found;
}

Found MountedVolume::require(const std::string& path) {
    std::optional<Found> found = walk_to(path);
    if (!found) {
        throw Error(ErrorCode::no_such_file, "the volume holds no " + path)
            .hint("name the partition that Windows is on");
    }
    return std::move(*found);
}

std::vector<ClusterRun> MountedVolume::runs_of(ntfs_attr& data, const std::string& name) {
    if (ntfs_attr_map_whole_runlist(&data) != 0) fail("the runs of " + name + " cannot be read");
    std::vector<ClusterRun> runs;
    const auto clusters = static_cast<std::uint64_t>(volume->nr_clusters);
    s64 next = 0;
    for (const runlist_element* run = data.rl; run != nullptr && run->length > 0; ++run) {
        const bool hole = run->lcn == LCN_HOLE;
        const auto first = static_cast<std::uint64_t>(run->lcn);
        const auto count = static_cast<std::uint64_t>(run->length);
        if (run->vcn != next || (run->lcn < 0 && !hole) ||
            (!hole && !range_is_inside(first, count, clusters))) {
            throw_malformed("the runs of " + name + " leave the volume");
        }
        runs.push_back({hole ? ClusterRun::hole : first, count});
        next += run->length;
    }
    return runs;
}

}  // namespace nlafix::disk::ntfs3g
