// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/ntfs/ntfs_volume.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "disk/ntfs/ntfs3g/mounted_volume.h"
#include "disk/ntfs/ntfs_boot_sector.h"

namespace nlafix::disk {

using namespace ntfs3g;

namespace {

constexpr std::size_t chunk_bytes = std::size_t{1} << 20;
constexpr std::size_t most_entries = std::size_t{1} << 20;  // of one folder

constexpr std::uint64_t attribute_encrypted = 0x4000;
constexpr std::uint64_t data_is_compressed = 0xff;
constexpr std::uint64_t data_is_encrypted = 0x4000;
constexpr std::uint64_t data_is_sparse = 0x8000;
constexpr std::uint64_t volume_is_dirty = 1;

/// Text of `length` units of UTF-16LE, however they are aligned.
std::string text_of(const void* units, std::size_t length) {
    return utf8_of(utf16_units({static_cast<const std::byte*>(units), 2 * length}));
}

}  // namespace

struct NtfsVolume::Impl : MountedVolume {
    void describe_data(ntfs_inode& inode, NtfsFile& file);
    Bytes security_descriptor(ntfs_inode& inode);
    struct OpenFile;

    Attribute open_readable(const Found& found);
    void read_into(ntfs_attr& data, MutableByteView into, std::uint64_t offset,
                   const std::string& name);
    Bytes read_data(const Found& found, std::uint64_t limit_bytes, bool only_head);
    void judge_journal(NtfsState& state);
};

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

/// The data of a file that libntfs-3g can read as it is. Throws Error(unreadable_file).
Attribute NtfsVolume::Impl::open_readable(const Found& found) {
    const bool filtered = has_reparse_point(*found.inode);
    Attribute data = open_data(*found.inode, found.path);
    const bool encrypted = (number_in(data->data_flags) & data_is_encrypted) != 0;
    if (!filtered && !encrypted) return data;
    throw Error(ErrorCode::unreadable_file,
                found.path + (encrypted ? " is encrypted (EFS)"
                                        : " is a link, or stored by a filter of Windows"))
        .hint("only Windows itself can read this file");
}

/// Fills `into` from `offset` of `data`, where it has these bytes.
void NtfsVolume::Impl::read_into(ntfs_attr& data, MutableByteView into, std::uint64_t offset,
                                 const std::string& name) {
    for (std::size_t at = 0; at < into.size();) {
        const std::size_t count = std::min(chunk_bytes, into.size() - at);
        const s64 done = ntfs_attr_pread(&data, static_cast<s64>(offset + at),
                                         static_cast<s64>(count), into.data() + at);
        if (done <= 0 || done > static_cast<s64>(count)) {
            fail("the data of " + name + " cannot be read");
        }
        at += static_cast<std::size_t>(done);
    }
}

Bytes NtfsVolume::Impl::read_data(const Found& found, std::uint64_t limit_bytes, bool only_head) {
    const Attribute data = open_readable(found);
    const auto size = static_cast<std::uint64_t>(data->data_size);
    if (size > limit_bytes && !only_head) {
        throw_malformed(found.path + " is larger than the " + std::to_string(limit_bytes) +
                        " bytes that are read of such a file");
    }
    const auto wanted = static_cast<std::size_t>(std::min(size, limit_bytes));
    // The size is not trusted with memory before the data is there, but for what the volume can
    // hold.
    Bytes bytes;
    bytes.reserve(
        static_cast<std::size_t>(std::min<std::uint64_t>(wanted, window.range.size_bytes)));
    while (bytes.size() < wanted) {
        const std::size_t at = bytes.size();
        bytes.resize(at + std::min(chunk_bytes, wanted - at));
        read_into(*data, MutableByteView(bytes).subspan(at), at, found.path);
    }
    return bytes;
}

/// An open file of a volume.
struct NtfsVolume::Impl::OpenFile final : ByteSource {
    OpenFile(Impl& owner, Found file)
        : volume(owner), found(std::move(file)), data(volume.open_readable(found)) {}

    std::uint64_t size_bytes() const override {
        return static_cast<std::uint64_t>(data->data_size);
    }
    void read(MutableByteView into, std::uint64_t offset) override {
        volume.begin();
        if (!range_is_inside(offset, into.size(), size_bytes())) {
            throw_out_of_range(offset, into.size(), size_bytes());
        }
        volume.read_into(*data, into, offset, found.path);
    }

    Impl& volume;
    Found found;
    Attribute data;  // closed before its file
};

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
    const bool ends_disk =
        device.size_bytes() - range.offset - range.size_bytes < device.alignment_bytes();
    impl->serial = require_sane_boot_sector(boot, range.size_bytes, ends_disk);

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
    const std::optional<Found> found = impl_->walk_to(path);
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
    const Found found = impl_->require(path);
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

std::unique_ptr<ByteSource> NtfsVolume::open_file(const std::string& path) {
    impl_->begin();
    return std::make_unique<Impl::OpenFile>(*impl_, impl_->require(path));
}

Bytes NtfsVolume::read_head(const std::string& path, std::size_t count_bytes) {
    impl_->begin();
    return impl_->read_data(impl_->require(path), count_bytes, true);
}

}  // namespace nlafix::disk
