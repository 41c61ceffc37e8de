// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/ntfs_volume.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "disk/ntfs3g/library.h"
#include "disk/ntfs_boot_sector.h"

namespace nlafix::disk {

using namespace ntfs3g;

namespace {

constexpr std::size_t chunk_bytes = std::size_t{1} << 20;
constexpr std::size_t most_entries = std::size_t{1} << 20;  // of one folder
constexpr std::size_t most_components = 64;                 // of one path

constexpr const char* repair_hint =
    "let Windows repair the volume (chkdsk /f), then run this again";

[[noreturn]] void throw_malformed(const std::string& message) {
    throw Error(ErrorCode::malformed_volume, message).hint(repair_hint);
}

/// A little-endian field of theirs as a number. Their types are enumerations that a hostile volume
/// fills with other values.
template <typename Field>
std::uint64_t number_in(const Field& field) {
    static_assert(sizeof field <= 8);
    std::uint64_t number = 0;
    unsigned char bytes[sizeof field];
    std::memcpy(bytes, &field, sizeof field);
    for (std::size_t i = 0; i < sizeof field; ++i) {
        number |= std::uint64_t{bytes[i]} << (8 * i);
    }
    return number;
}

constexpr std::uint64_t attribute_reparse_point = 0x400;
constexpr std::uint64_t attribute_encrypted = 0x4000;
constexpr std::uint16_t record_is_folder = 2;
constexpr std::uint64_t data_is_compressed = 0xff;
constexpr std::uint64_t data_is_encrypted = 0x4000;
constexpr std::uint64_t data_is_sparse = 0x8000;
constexpr std::uint64_t volume_is_dirty = 1;

bool has_reparse_point(const ntfs_inode& inode) {
    return (number_in(inode.flags) & attribute_reparse_point) != 0;
}

bool is_folder(const ntfs_inode& inode) {
    const void* const record = inode.mrec;
    const ByteView bytes(static_cast<const std::byte*>(record), sizeof(MFT_RECORD));
    return (u16_at(bytes, offsetof(MFT_RECORD, flags)) & record_is_folder) != 0;
}

/// Text of `length` units of UTF-16LE, however they are aligned.
std::string text_of(const void* units, std::size_t length) {
    return utf8_of(utf16_units({static_cast<const std::byte*>(units), 2 * length}));
}

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

struct NtfsVolume::Impl {
    Window window;
    std::uint64_t serial = 0;
    Mount volume;  // closed before the window goes

    /// Every public method begins here.
    void begin() {
        complaint().clear();
        window.failure = nullptr;
        window.reads = 0;
        errno = 0;
    }

    /// Why a call of libntfs-3g failed: what the device threw, or what it says itself.
    [[noreturn]] void fail(const std::string& what) const {
        const int number = errno;
        if (window.failure) std::rethrow_exception(window.failure);
        if (number == ENOMEM) throw std::bad_alloc();
        std::string text = what;
        if (!complaint().empty()) text += " (" + complaint() + ")";
        throw Error(ErrorCode::malformed_volume, text).system_error(number).hint(repair_hint);
    }

    Inode open_inode(MFT_REF reference, const std::string& name) {
        Inode inode(ntfs_inode_open(volume.get(), reference));
        if (!inode) fail("the MFT record of " + name + " cannot be read");
        return inode;
    }

    Attribute open_data(ntfs_inode& inode, const std::string& name) {
        Attribute data(ntfs_attr_open(&inode, AT_DATA, AT_UNNAMED, 0));
        if (!data) fail("the data of " + name + " cannot be opened");
        if (data->data_size < 0 || data->initialized_size < 0 || data->allocated_size < 0) {
            throw_malformed("the data of " + name + " has a negative size");
        }
        return data;
    }

    struct Found {
        Inode inode;
        std::string path;
    };
    std::optional<Found> walk_to(const std::string& path);
    Found require(const std::string& path);
    std::string spelling(ntfs_inode& inode, const std::string& asked);
    std::vector<ClusterRun> runs_of(ntfs_attr& data, const std::string& name);
    void describe_data(ntfs_inode& inode, NtfsFile& file);
    Bytes security_descriptor(ntfs_inode& inode);
    Bytes read_data(const Found& found, std::uint64_t limit_bytes, bool only_head);
    void judge_journal(NtfsState& state);
};

/// The name of `inode` that is `asked` but for case; names of DOS count as well.
std::string NtfsVolume::Impl::spelling(ntfs_inode& inode, const std::string& asked) {
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
        const std::string text =
            utf8_of(utf16_units(attribute.subspan(value + name_at, 2 * units)));
        if (equal_ignoring_ascii_case(std::string_view(text), std::string_view(asked))) {
            return text;
        }
    }
    return asked;
}

std::optional<NtfsVolume::Impl::Found> NtfsVolume::Impl::walk_to(const std::string& path) {
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

NtfsVolume::Impl::Found NtfsVolume::Impl::require(const std::string& path) {
    std::optional<Found> found = walk_to(path);
    if (!found) {
        throw Error(ErrorCode::no_such_file, "the volume holds no " + path)
            .hint("name the partition that Windows is on");
    }
    return std::move(*found);
}

std::vector<ClusterRun> NtfsVolume::Impl::runs_of(ntfs_attr& data, const std::string& name) {
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

void NtfsVolume::Impl::describe_data(ntfs_inode& inode, NtfsFile& file) {
    const Attribute data = open_data(inode, file.path);
    file.size_bytes = static_cast<std::uint64_t>(data->data_size);
    file.allocated_bytes = static_cast<std::uint64_t>(data->allocated_size);
    file.initialized_bytes = static_cast<std::uint64_t>(data->initialized_size);
    file.resident = NAttrNonResident(data.get()) == 0;
    file.compressed = (number_in(data->data_flags) & data_is_compressed) != 0;
    file.sparse = (number_in(data->data_flags) & data_is_sparse) != 0;
    file.encrypted = (number_in(data->data_flags) & data_is_encrypted) != 0 ||
                     (number_in(inode.flags) & attribute_encrypted) != 0;
    if (!file.resident) file.runs = runs_of(*data, file.path);
}

/// Empty where the volume's descriptors cannot be read.
Bytes NtfsVolume::Impl::security_descriptor(ntfs_inode& inode) {
    constexpr int most_bytes = 65536;
    SECURITY_CONTEXT context = {};
    context.vol = volume.get();
    const int size = ntfs_get_ntfs_acl(&context, &inode, nullptr, 0);
    if (size <= 0 || size > most_bytes) return {};
    Bytes descriptor(static_cast<std::size_t>(size));
    void* const raw = descriptor.data();
    if (ntfs_get_ntfs_acl(&context, &inode, static_cast<char*>(raw), descriptor.size()) != size) {
        return {};
    }
    return descriptor;
}

Bytes NtfsVolume::Impl::read_data(const Found& found, std::uint64_t limit_bytes, bool only_head) {
    const bool filtered = has_reparse_point(*found.inode);
    const Attribute data = open_data(*found.inode, found.path);
    const bool encrypted = (number_in(data->data_flags) & data_is_encrypted) != 0;
    if (filtered || encrypted) {
        throw Error(ErrorCode::unreadable_file,
                    found.path + (encrypted ? " is encrypted (EFS)"
                                            : " is a link, or stored by a filter of Windows"))
            .hint("only Windows itself can read this file");
    }
    const auto size = static_cast<std::uint64_t>(data->data_size);
    if (size > limit_bytes && !only_head) {
        throw_malformed(found.path + " is larger than the " + std::to_string(limit_bytes) +
                        " bytes that are read of such a file");
    }
    const auto wanted = static_cast<std::size_t>(std::min(size, limit_bytes));
    // The size is not trusted with memory before the data is there, but for what the volume can hold.
    Bytes bytes;
    bytes.reserve(static_cast<std::size_t>(
        std::min<std::uint64_t>(wanted, window.range.size_bytes)));
    while (bytes.size() < wanted) {
        const std::size_t at = bytes.size();
        const std::size_t count = std::min(chunk_bytes, wanted - at);
        bytes.resize(at + count);
        const s64 done = ntfs_attr_pread(data.get(), static_cast<s64>(at), static_cast<s64>(count),
                                         bytes.data() + at);
        if (done <= 0 || done > static_cast<s64>(count)) {
            fail("the data of " + found.path + " cannot be read");
        }
        bytes.resize(at + static_cast<std::size_t>(done));
    }
    return bytes;
}

void NtfsVolume::Impl::judge_journal(NtfsState& state) {
    const Inode inode = open_inode(FILE_LogFile, "$LogFile");
    const Attribute data = open_data(*inode, "$LogFile");
    RESTART_PAGE_HEADER* allocated = nullptr;
    const bool whole = ntfs_check_logfile(data.get(), &allocated) != FALSE;
    const std::unique_ptr<RESTART_PAGE_HEADER, Free> page(allocated);
    if (window.failure) std::rethrow_exception(window.failure);
    if (!whole) {
        state.journal_open = true;
        state.journal = "$LogFile is damaged";
        return;
    }
    if (!page) {
        state.journal = "$LogFile is empty";
        return;
    }
    const int major = static_cast<s16>(sle16_to_cpu(page->major_ver));
    const int minor = static_cast<s16>(sle16_to_cpu(page->minor_ver));
    const bool clean = ntfs_is_logfile_clean(data.get(), page.get()) != FALSE;
    state.journal = "$LogFile " + std::to_string(major) + "." + std::to_string(minor) +
                    (clean ? ", closed" : ", open");
    state.journal_open = !clean;
    // Windows closes this version only where it will come back to what it has in memory; a complete
    // shutdown leaves 1.1. Open, it is what a crash leaves.
    if (major >= 2 && clean) state.hibernated = true;
}

NtfsVolume::NtfsVolume(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
NtfsVolume::NtfsVolume(NtfsVolume&&) noexcept = default;
NtfsVolume& NtfsVolume::operator=(NtfsVolume&&) noexcept = default;
NtfsVolume::~NtfsVolume() = default;

NtfsVolume NtfsVolume::open(BlockDevice& device, const DiskRange& range) {
    set_up_library();
    if (!range_is_inside(range.offset, range.size_bytes, device.size_bytes()) ||
        range.size_bytes < boot_sector_bytes) {
        throw_malformed("the volume lies outside of the disk");
    }
    auto impl = std::make_unique<Impl>();
    impl->window.device = &device;
    impl->window.range = range;
    impl->begin();
    Bytes boot(boot_sector_bytes);
    device.read(boot, range.offset);
    impl->serial = require_sane_boot_sector(boot, range.size_bytes);

    ntfs_device* raw = ntfs_device_alloc("nlafix", 0, &window_operations, &impl->window);
    if (raw == nullptr) impl->fail("the volume cannot be opened");
    impl->volume.reset(ntfs_device_mount(raw, NTFS_MNT_RDONLY | NTFS_MNT_FORENSIC));
    if (!impl->volume) {
        const int number = errno;
        ntfs_device_free(raw);
        errno = number;
        impl->fail("the NTFS volume cannot be opened");
    }
    if (ntfs_set_ignore_case(impl->volume.get()) != 0) {
        impl->fail("the volume's table of upper case cannot be used");
    }
    return NtfsVolume(std::move(impl));
}

std::string NtfsVolume::label() const {
    const char* name = impl_->volume->vol_name;
    return name == nullptr ? "" : name;
}

std::uint64_t NtfsVolume::serial() const {
    return impl_->serial;
}

NtfsGeometry NtfsVolume::geometry() {
    impl_->begin();
    const ntfs_volume& volume = *impl_->volume;
    NtfsGeometry geometry;
    geometry.cluster_bytes = volume.cluster_size;
    geometry.record_bytes = volume.mft_record_size;
    geometry.clusters = static_cast<std::uint64_t>(volume.nr_clusters);
    geometry.records = static_cast<std::uint64_t>(
                           std::min(volume.mft_na->data_size, volume.mft_na->initialized_size)) /
                       volume.mft_record_size;
    // Runs that name clusters again and again would make the MFT larger than the volume.
    if (geometry.records > geometry.clusters * geometry.cluster_bytes / geometry.record_bytes) {
        throw_malformed("the MFT is larger than the volume");
    }
    geometry.mft = impl_->runs_of(*volume.mft_na, "$MFT");
    geometry.bitmap = impl_->runs_of(*volume.lcnbmp_na, "$Bitmap");
    if (volume.mft_zone_start >= 0 && volume.mft_zone_end > volume.mft_zone_start) {
        geometry.mft_zone = {
            static_cast<std::uint64_t>(volume.mft_zone_start),
            static_cast<std::uint64_t>(volume.mft_zone_end - volume.mft_zone_start)};
    }
    return geometry;
}

NtfsState NtfsVolume::state() {
    impl_->begin();
    NtfsState state;
    if (ntfs_volume_check_hiberfile(impl_->volume.get(), 0) != 0) {
        if (errno != EPERM || impl_->window.failure) impl_->fail("hiberfil.sys cannot be read");
        state.hibernated = true;
    }
    impl_->judge_journal(state);
    state.marked_dirty = (number_in(impl_->volume->flags) & volume_is_dirty) != 0;
    return state;
}

std::optional<NtfsFile> NtfsVolume::find(const std::string& path) {
    impl_->begin();
    const std::optional<Impl::Found> found = impl_->walk_to(path);
    if (!found) return std::nullopt;
    ntfs_inode& inode = *found->inode;
    NtfsFile file;
    file.path = found->path;
    file.record = inode.mft_no;
    file.is_folder = is_folder(inode);
    file.has_attribute_list = NInoAttrList(&inode) != 0;
    file.attributes = static_cast<std::uint32_t>(number_in(inode.flags));
    file.link_count = le16_to_cpu(inode.mrec->link_count);
    file.created = static_cast<std::uint64_t>(sle64_to_cpu(inode.creation_time));
    file.data_changed = static_cast<std::uint64_t>(sle64_to_cpu(inode.last_data_change_time));
    file.record_changed = static_cast<std::uint64_t>(sle64_to_cpu(inode.last_mft_change_time));
    file.accessed = static_cast<std::uint64_t>(sle64_to_cpu(inode.last_access_time));
    if (has_reparse_point(inode)) {
        const std::unique_ptr<REPARSE_POINT, Free> point(ntfs_get_reparse_point(&inode));
        file.reparse_tag = point ? le32_to_cpu(point->reparse_tag) : 0;
    }
    if (!file.is_folder) impl_->describe_data(inode, file);
    file.security_descriptor = impl_->security_descriptor(inode);
    return file;
}

namespace {

/// What a listing collects, from inside of libntfs-3g.
struct Listing {
    std::vector<NtfsEntry> entries;
    std::exception_ptr failure;
};

int keep_entry(void* listing_pointer, const ntfschar* name, const int name_length,
               const int name_type, const s64 /*position*/, const MFT_REF reference,
               const unsigned type) {
    Listing& listing = *static_cast<Listing*>(listing_pointer);
    try {
        if (name_type == FILE_NAME_DOS || MREF(reference) < FILE_first_user) return 0;
        NtfsEntry entry;
        entry.name = text_of(name, static_cast<std::size_t>(name_length));
        entry.is_folder = type == NTFS_DT_DIR;
        if (entry.name == "." || entry.name == "..") return 0;
        if (listing.entries.size() == most_entries) {
            errno = ELOOP;
            return -1;
        }
        listing.entries.push_back(std::move(entry));
        return 0;
    } catch (...) {
        listing.failure = std::current_exception();
        errno = ENOMEM;
        return -1;
    }
}

}  // namespace

std::vector<NtfsEntry> NtfsVolume::list(const std::string& path) {
    impl_->begin();
    const Impl::Found found = impl_->require(path);
    Listing listing;
    s64 position = 0;
    // Without regard to case it would give all names in lower case.
    NVolSetCaseSensitive(impl_->volume.get());
    const int result = ntfs_readdir(found.inode.get(), &position, &listing, keep_entry);
    impl_->volume->state &= ~(1UL << NV_CaseSensitive);
    if (result != 0) {
        if (listing.failure) std::rethrow_exception(listing.failure);
        impl_->fail("the folder \"" + found.path + "\" cannot be listed");
    }
    return std::move(listing.entries);
}

Bytes NtfsVolume::read_file(const std::string& path, std::uint64_t limit_bytes) {
    impl_->begin();
    return impl_->read_data(impl_->require(path), limit_bytes, false);
}

Bytes NtfsVolume::read_head(const std::string& path, std::size_t count_bytes) {
    impl_->begin();
    return impl_->read_data(impl_->require(path), count_bytes, true);
}

}  // namespace nlafix::disk
