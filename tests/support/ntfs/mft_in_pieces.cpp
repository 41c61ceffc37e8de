// SPDX-License-Identifier: GPL-2.0-or-later
#include "ntfs/mft_in_pieces.h"

#include <sys/stat.h>
#include <sys/types.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/bytes.h"

extern "C" {
#include <ntfs-3g/types.h>
// The order is theirs.
#include <ntfs-3g/attrib.h>
#include <ntfs-3g/device.h>
#include <ntfs-3g/inode.h>
#include <ntfs-3g/lcnalloc.h>
#include <ntfs-3g/mst.h>
#include <ntfs-3g/runlist.h>
#include <ntfs-3g/volume.h>
}
#undef min
#undef max

namespace nlafix::test {
namespace {

// Record 15 describes the second piece, so that it has to lie in the first.
constexpr s64 records_in_first_piece = 16;
constexpr u64 extension_record = 15;
constexpr std::size_t first_attribute_at = 20;
constexpr std::size_t bytes_in_use_at = 24;
constexpr std::size_t base_record_at = 32;
constexpr std::size_t next_instance_at = 40;
constexpr std::uint32_t end_of_attributes = 0xffffffff;
constexpr std::size_t resident_header_bytes = 24;
constexpr std::size_t list_entry_bytes = 32;
constexpr std::size_t mapping_pairs_at = 64;

struct Free {
    void operator()(void* memory) const { std::free(memory); }
};
using Runs = std::unique_ptr<runlist_element, Free>;

void require(bool done, const char* what) {
    if (!done) throw std::runtime_error(std::string("cannot ") + what);
}

void put_u16(MutableByteView view, std::size_t offset, std::uint16_t value) {
    put_little_endian(view, offset, value);
}

std::size_t rounded_up(std::size_t size) {
    return (size + 7) / 8 * 8;
}

/// One record of the MFT, without its fix-up.
class Record {
public:
    Record(ntfs_volume& volume, u64 number)
        : volume_(volume), number_(number), bytes_(volume.mft_record_size) {
        require(ntfs_attr_mst_pread(volume.mft_na, static_cast<s64>(number * bytes_.size()), 1,
                                    volume.mft_record_size, bytes_.data()) == 1,
                "read a record of the MFT");
    }

    Bytes& bytes() { return bytes_; }
    u64 reference() const { return number_ | static_cast<u64>(u16_at(bytes_, 16)) << 48; }

    /// The attributes, each whole and in order.
    std::vector<Bytes> attributes() const {
        std::vector<Bytes> all;
        std::size_t at = u16_at(bytes_, first_attribute_at);
        while (u32_at(bytes_, at) != end_of_attributes) {
            const std::size_t size = u32_at(bytes_, at + 4);
            const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(at);
            all.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(size));
            at += size;
        }
        return all;
    }

    void set_attributes(const std::vector<Bytes>& all) {
        std::size_t at = u16_at(bytes_, first_attribute_at);
        for (const Bytes& attribute : all) {
            require(at + attribute.size() + 8 <= bytes_.size(), "put so much into one record");
            std::copy(attribute.begin(), attribute.end(),
                      bytes_.begin() + static_cast<std::ptrdiff_t>(at));
            at += attribute.size();
        }
        put_u32(bytes_, at, end_of_attributes);
        put_u32(bytes_, at + 4, 0);
        put_u32(bytes_, bytes_in_use_at, static_cast<std::uint32_t>(at + 8));
    }

    void write() const {
        Bytes copy = bytes_;
        require(ntfs_attr_mst_pwrite(volume_.mft_na, static_cast<s64>(number_ * bytes_.size()), 1,
                                     volume_.mft_record_size, copy.data()) == 1,
                "write a record of the MFT");
        if (number_ >= static_cast<u64>(volume_.mftmirr_size)) return;
        copy = bytes_;
        require(ntfs_attr_mst_pwrite(volume_.mftmirr_na, static_cast<s64>(number_ * bytes_.size()),
                                     1, volume_.mft_record_size, copy.data()) == 1,
                "write the mirror of the MFT");
    }

private:
    ntfs_volume& volume_;
    u64 number_;
    Bytes bytes_;
};

std::uint32_t type_of(const Bytes& attribute) {
    return u32_at(attribute, 0);
}

/// A resident $ATTRIBUTE_LIST of what is in `base`, and of `second`, which `extension` holds.
Bytes list_of(const std::vector<Bytes>& base, u64 base_reference, const Bytes& second,
              u64 extension_reference, std::uint16_t instance) {
    Bytes list(resident_header_bytes);
    const auto add = [&list](const Bytes& attribute, u64 reference) {
        Bytes entry(list_entry_bytes);
        put_u32(entry, 0, type_of(attribute));
        put_u16(entry, 4, list_entry_bytes);
        entry[7] = std::byte{26};  // where a name would be
        if (attribute[8] != std::byte{0}) put_u64(entry, 8, u64_at(attribute, 16));
        put_u64(entry, 16, reference);
        put_u16(entry, 24, u16_at(attribute, 14));
        list.insert(list.end(), entry.begin(), entry.end());
    };
    for (const Bytes& attribute : base) {
        add(attribute, base_reference);
        if (type_of(attribute) == 0x80) add(second, extension_reference);
    }
    put_u32(list, 0, 0x20);
    put_u32(list, 4, static_cast<std::uint32_t>(list.size()));
    put_u16(list, 10, resident_header_bytes);
    put_u16(list, 14, instance);
    put_u32(list, 16, static_cast<std::uint32_t>(list.size() - resident_header_bytes));
    put_u16(list, 20, resident_header_bytes);
    return list;
}

/// `data`, an extent of the non-resident $DATA, as one of the clusters from `first` to `last`.
Bytes extent(ntfs_volume& volume, const Bytes& data, const runlist_element* runs, s64 first,
             s64 last) {
    const int size = ntfs_get_size_for_mapping_pairs(&volume, runs, first, INT_MAX);
    require(size > 0, "measure the pairs of a piece");
    Bytes made(rounded_up(mapping_pairs_at + static_cast<std::size_t>(size)));
    std::copy_n(data.begin(), mapping_pairs_at, made.begin());
    void* const pairs = made.data() + mapping_pairs_at;
    require(
        ntfs_mapping_pairs_build(&volume, static_cast<u8*>(pairs), size, runs, first, nullptr) == 0,
        "write the pairs of a piece");
    put_u32(made, 4, static_cast<std::uint32_t>(made.size()));
    put_u64(made, 16, static_cast<std::uint64_t>(first));
    put_u64(made, 24, static_cast<std::uint64_t>(last));
    return made;
}

/// The clusters of the MFT from `first` on, copied to new ones; the old ones are free. The runs of
/// the whole MFT, which had one piece up to `first`, with an end.
std::vector<runlist_element> move_tail(ntfs_volume& volume, s64 first) {
    const runlist_element* const old = volume.mft_na->rl;
    const s64 size = volume.cluster_size;
    const s64 end = volume.mft_na->allocated_size / size;
    require(end > first && old[0].length >= first, "take apart an MFT of these pieces");
    const Runs moved(ntfs_cluster_alloc(&volume, first, end - first, -1, DATA_ZONE));
    require(moved != nullptr, "find room for the second piece");
    std::vector<runlist_element> all = {{0, old[0].lcn, first}};
    std::vector<char> bytes(volume.cluster_size);
    for (const runlist_element* run = moved.get(); run->length != 0; ++run) {
        for (s64 i = 0; i < run->length; ++i) {
            const s64 from = ntfs_rl_vcn_to_lcn(old, run->vcn + i);
            require(
                ntfs_pread(volume.dev, from * size, size, bytes.data()) == size &&
                    ntfs_pwrite(volume.dev, (run->lcn + i) * size, size, bytes.data()) == size &&
                    ntfs_cluster_free_basic(&volume, from, 1) == 0,
                "move a cluster of the MFT");
        }
        all.push_back(*run);
    }
    all.push_back({end, LCN_ENOENT, 0});
    return all;
}

}  // namespace

void put_mft_in_pieces(_ntfs_volume& volume) {
    require(ntfs_inode_sync(volume.mft_ni) == 0, "finish the MFT");
    const s64 first_bytes = records_in_first_piece * volume.mft_record_size;
    const s64 first = (first_bytes + volume.cluster_size - 1) / volume.cluster_size;
    const std::vector<runlist_element> runs = move_tail(volume, first);
    const s64 end = runs.back().vcn;

    Record base(volume, 0);
    Record extension(volume, extension_record);
    std::vector<Bytes> attributes = base.attributes();
    Bytes second;
    for (Bytes& attribute : attributes) {
        if (type_of(attribute) != 0x80) continue;
        second = extent(volume, attribute, runs.data(), first, end - 1);
        // Only the first extent has the sizes of all.
        for (const std::size_t at : {40u, 48u, 56u}) put_u64(second, at, 0);
        put_u16(second, 14, 0);
        const std::vector<runlist_element> of_first = {runs.front(), {first, LCN_ENOENT, 0}};
        attribute = extent(volume, attribute, of_first.data(), 0, first - 1);
    }
    const std::uint16_t instance = u16_at(base.bytes(), next_instance_at);
    put_u16(base.bytes(), next_instance_at, static_cast<std::uint16_t>(instance + 1));
    const Bytes list =
        list_of(attributes, base.reference(), second, extension.reference(), instance);
    attributes.insert(attributes.begin() + 1, list);  // behind $STANDARD_INFORMATION
    base.set_attributes(attributes);
    put_u64(extension.bytes(), base_record_at, base.reference());
    put_u16(extension.bytes(), next_instance_at, 1);
    extension.set_attributes({second});
    extension.write();
    base.write();
}

}  // namespace nlafix::test
