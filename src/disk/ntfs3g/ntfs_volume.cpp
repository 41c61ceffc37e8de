// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/ntfs_volume.h"

// libntfs-3g is C, expects these before its own headers, and defines types and macros globally: it
// is included here and nowhere else.
#include <sys/stat.h>
#include <sys/types.h>

#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <exception>
#include <mutex>
#include <new>
#include <utility>

extern "C" {
#include <ntfs-3g/types.h>
// The order is theirs.
#include <ntfs-3g/attrib.h>
#include <ntfs-3g/dir.h>
#include <ntfs-3g/inode.h>
#include <ntfs-3g/logfile.h>
#include <ntfs-3g/logging.h>
#include <ntfs-3g/reparse.h>
#include <ntfs-3g/runlist.h>
#include <ntfs-3g/security.h>
#include <ntfs-3g/unistr.h>
#include <ntfs-3g/volume.h>
}
#undef min
#undef max

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace nlafix::disk {
namespace {

constexpr std::size_t boot_sector_bytes = 512;
constexpr std::size_t chunk_bytes = std::size_t{1} << 20;
constexpr std::size_t most_entries = std::size_t{1} << 20;  // of one folder
constexpr std::size_t most_components = 64;                 // of one path
/// No operation of ours needs as many: a structure that leads in circles ends here.
constexpr std::uint64_t most_reads = std::uint64_t{1} << 20;

constexpr const char* repair_hint =
    "let Windows repair the volume (chkdsk /f), then run this again";

// ---- What libntfs-3g says -------------------------------------------------------------------

/// The first complaint since it was cleared; the following ones are mostly its consequences.
thread_local std::string complaint;

int keep_complaint(const char* /*function*/, const char* /*file*/, int /*line*/, u32 level,
                   void* /*data*/, const char* format, va_list arguments) {
    constexpr u32 serious = NTFS_LOG_LEVEL_ERROR | NTFS_LOG_LEVEL_PERROR | NTFS_LOG_LEVEL_CRITICAL;
    if ((level & serious) == 0 || !complaint.empty()) return 0;
    const int number = errno;
    char text[256];
    const int length = std::vsnprintf(text, sizeof text, format, arguments);
    try {
        if (length > 0) complaint = text;
        while (!complaint.empty() && std::strchr("\n\r.: ", complaint.back()) != nullptr) {
            complaint.pop_back();
        }
    } catch (const std::bad_alloc&) {
        complaint.clear();
    }
    errno = number;
    return 0;
}

void set_up_library() {
    static std::once_flag done;
    std::call_once(done, [] {
        ntfs_log_set_handler(keep_complaint);
        ntfs_set_char_encoding("utf8");  // a rescue system may have no locale
    });
}

// ---- The device that libntfs-3g sees --------------------------------------------------------

/// A range of a BlockDevice. Its callbacks cannot throw into C: they keep what was thrown.
struct Window {
    BlockDevice* device = nullptr;
    DiskRange range;
    std::uint64_t position = 0;
    std::uint64_t reads = 0;  // since the operation began
    std::exception_ptr failure;
};

Window& window_of(ntfs_device* device) {
    return *static_cast<Window*>(device->d_private);
}

int window_open(ntfs_device* device, int /*flags*/) {
    if (NDevOpen(device) != 0) {
        errno = EBUSY;
        return -1;
    }
    NDevSetReadOnly(device);
    NDevSetOpen(device);
    return 0;
}

int window_close(ntfs_device* device) {
    device->d_state &= ~(1UL << ND_Open);
    return 0;
}

s64 window_seek(ntfs_device* device, s64 offset, int origin) {
    Window& window = window_of(device);
    const auto size = static_cast<s64>(window.range.size_bytes);
    const s64 base = origin == SEEK_SET   ? 0
                     : origin == SEEK_CUR ? static_cast<s64>(window.position)
                                          : size;
    s64 place = 0;
    if (__builtin_add_overflow(base, offset, &place) || place < 0 || place > size) {
        errno = EINVAL;
        return -1;
    }
    window.position = static_cast<std::uint64_t>(place);
    return place;
}

s64 window_read_at(ntfs_device* device, void* into, s64 count, s64 offset) {
    Window& window = window_of(device);
    if (count < 0 || offset < 0) {
        errno = EINVAL;
        return -1;
    }
    const auto from = static_cast<std::uint64_t>(offset);
    if (from >= window.range.size_bytes) return 0;
    const std::uint64_t length =
        std::min(static_cast<std::uint64_t>(count), window.range.size_bytes - from);
    if (++window.reads > most_reads) {
        errno = ELOOP;
        return -1;
    }
    try {
        window.device->read({static_cast<std::byte*>(into), static_cast<std::size_t>(length)},
                            window.range.offset + from);
        return static_cast<s64>(length);
    } catch (...) {
        window.failure = std::current_exception();
        errno = EIO;
        return -1;
    }
}

s64 window_read(ntfs_device* device, void* into, s64 count) {
    Window& window = window_of(device);
    const s64 done = window_read_at(device, into, count, static_cast<s64>(window.position));
    if (done > 0) window.position += static_cast<std::uint64_t>(done);
    return done;
}

s64 refuse_write(ntfs_device* /*device*/, const void* /*from*/, s64 /*count*/) {
    errno = EROFS;
    return -1;
}

s64 refuse_write_at(ntfs_device* /*device*/, const void* /*from*/, s64 /*count*/, s64 /*offset*/) {
    errno = EROFS;
    return -1;
}

int window_sync(ntfs_device* /*device*/) {
    return 0;
}

int window_stat(ntfs_device* device, struct stat* status) {
    *status = {};
    status->st_mode = S_IFREG | 0600;
    status->st_size = static_cast<off_t>(window_of(device).range.size_bytes);
    return 0;
}

int window_ioctl(ntfs_device* /*device*/, unsigned long /*request*/, void* /*argument*/) {
    errno = EOPNOTSUPP;
    return -1;
}

ntfs_device_operations window_operations = {
    window_open,    window_close,    window_seek, window_read, refuse_write,
    window_read_at, refuse_write_at, window_sync, window_stat, window_ioctl};

// ---- Handles --------------------------------------------------------------------------------

struct Closer {
    void operator()(ntfs_inode* inode) const { static_cast<void>(ntfs_inode_close(inode)); }
    void operator()(ntfs_attr* attribute) const { ntfs_attr_close(attribute); }
    void operator()(ntfs_volume* volume) const { static_cast<void>(ntfs_umount(volume, FALSE)); }
    void operator()(ntfs_attr_search_ctx* search) const { ntfs_attr_put_search_ctx(search); }
};
struct Free {
    void operator()(void* memory) const { std::free(memory); }
};

using Inode = std::unique_ptr<ntfs_inode, Closer>;
using Attribute = std::unique_ptr<ntfs_attr, Closer>;
using Search = std::unique_ptr<ntfs_attr_search_ctx, Closer>;
using Mount = std::unique_ptr<ntfs_volume, Closer>;

/// Text of `length` units of UTF-16LE, however they are aligned.
std::string text_of(const void* units, std::size_t length) {
    return utf8_of(utf16_units({static_cast<const std::byte*>(units), 2 * length}));
}

// ---- In front of libntfs-3g -----------------------------------------------------------------

[[noreturn]] void throw_malformed(const std::string& message) {
    throw Error(ErrorCode::malformed_volume, message).hint(repair_hint);
}

bool is_power_of_two(std::uint64_t value) {
    return std::has_single_bit(value);
}

/// Bytes per MFT or index record: a positive count of clusters, or a power of two where negative.
std::uint64_t record_size(std::byte field, std::uint64_t cluster_bytes) {
    const auto value = static_cast<std::int8_t>(field);
    if (value > 0) return static_cast<std::uint64_t>(value) * cluster_bytes;
    return value < -31 ? 0 : std::uint64_t{1} << -value;
}

/// A boot sector with numbers that libntfs-3g may compute with. Returns the serial number.
std::uint64_t require_sane_boot_sector(ByteView boot, std::uint64_t range_bytes) {
    if (std::memcmp(boot.data() + 3, "NTFS    ", 8) != 0) {
        throw_malformed("this is no NTFS volume");
    }
    const std::uint64_t sector_bytes = u16_at(boot, 11);
    const auto code = std::to_integer<unsigned>(boot[13]);
    // Above 128 it is the power of a large cluster.
    const std::uint64_t sectors_per_cluster =
        code <= 128 ? code : (code >= 244 ? std::uint64_t{1} << (256 - code) : 0);
    const std::uint64_t cluster_bytes = sector_bytes * sectors_per_cluster;
    if (!is_power_of_two(sector_bytes) || sector_bytes < 512 || sector_bytes > 4096 ||
        !is_power_of_two(cluster_bytes) || cluster_bytes > (std::uint64_t{2} << 20)) {
        throw_malformed("the boot sector has impossible sizes of sectors or clusters");
    }
    const std::uint64_t sectors = u64_at(boot, 40);
    if (sectors == 0 || sectors > range_bytes / sector_bytes) {
        throw_malformed("the boot sector says that the volume is larger than its partition");
    }
    const std::uint64_t clusters = sectors / sectors_per_cluster;
    if (u64_at(boot, 48) >= clusters || u64_at(boot, 56) >= clusters) {
        throw_malformed("the boot sector places the MFT outside of the volume");
    }
    const std::uint64_t record = record_size(boot[64], cluster_bytes);
    const std::uint64_t index = record_size(boot[68], cluster_bytes);
    if (!is_power_of_two(record) || record < 512 || record > 65536 || !is_power_of_two(index) ||
        index < 512 || index > 65536) {
        throw_malformed("the boot sector has impossible sizes of records");
    }
    return u64_at(boot, 72);
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

// ---- The volume -----------------------------------------------------------------------------

struct NtfsVolume::Impl {
    Window window;
    std::uint64_t serial = 0;
    Mount volume;  // closed before the window goes

    /// Every public method begins here.
    void begin() {
        complaint.clear();
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
        if (!complaint.empty()) text += " (" + complaint + ")";
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
        const ATTR_RECORD* record = search->attr;
        const auto bytes = static_cast<const u8*>(static_cast<const void*>(record));
        const std::size_t length = le32_to_cpu(record->value_length);
        if (length < sizeof(FILE_NAME_ATTR)) continue;
        const auto* name = static_cast<const FILE_NAME_ATTR*>(
            static_cast<const void*>(bytes + le16_to_cpu(record->value_offset)));
        if (sizeof(FILE_NAME_ATTR) + 2 * std::size_t{name->file_name_length} > length) continue;
        const std::string text = text_of(&name->file_name, name->file_name_length);
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
        if ((found.inode->flags & FILE_ATTR_REPARSE_POINT) != const_cpu_to_le32(0)) {
            throw Error(ErrorCode::link_leads_out,
                        found.path + " is a link or a mount point on the volume")
                .hint("nlafix follows no links inside a volume");
        }
        if ((found.inode->mrec->flags & MFT_RECORD_IS_DIRECTORY) == const_cpu_to_le16(0)) {
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
    file.compressed = (data->data_flags & ATTR_COMPRESSION_MASK) != const_cpu_to_le16(0);
    file.sparse = (data->data_flags & ATTR_IS_SPARSE) != const_cpu_to_le16(0);
    file.encrypted = (data->data_flags & ATTR_IS_ENCRYPTED) != const_cpu_to_le16(0) ||
                     (inode.flags & FILE_ATTR_ENCRYPTED) != const_cpu_to_le32(0);
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
    const bool filtered = (found.inode->flags & FILE_ATTR_REPARSE_POINT) != const_cpu_to_le32(0);
    const Attribute data = open_data(*found.inode, found.path);
    const bool encrypted = (data->data_flags & ATTR_IS_ENCRYPTED) != const_cpu_to_le16(0);
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
    Bytes bytes;
    // The size is not trusted with memory before the data is there.
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
    // Windows keeps this version only while it may come back to what it has in memory.
    if (major >= 2) state.hibernated = true;
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
    state.marked_dirty = (impl_->volume->flags & VOLUME_IS_DIRTY) != const_cpu_to_le16(0);
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
    file.is_folder = (inode.mrec->flags & MFT_RECORD_IS_DIRECTORY) != const_cpu_to_le16(0);
    file.has_attribute_list = NInoAttrList(&inode) != 0;
    file.attributes = le32_to_cpu(inode.flags);
    file.link_count = le16_to_cpu(inode.mrec->link_count);
    file.created = static_cast<std::uint64_t>(sle64_to_cpu(inode.creation_time));
    file.data_changed = static_cast<std::uint64_t>(sle64_to_cpu(inode.last_data_change_time));
    file.record_changed = static_cast<std::uint64_t>(sle64_to_cpu(inode.last_mft_change_time));
    file.accessed = static_cast<std::uint64_t>(sle64_to_cpu(inode.last_access_time));
    if ((inode.flags & FILE_ATTR_REPARSE_POINT) != const_cpu_to_le32(0)) {
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
