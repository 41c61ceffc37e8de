// SPDX-License-Identifier: GPL-2.0-or-later
// An MFT record as bytes: its fix-ups, its attributes, where they say that their data lie.
// Owns: bounds-checked reading of these, and the new record of a file whose data moved.
// Never: reads a disk.
//
// Format: the structures FILE_RECORD_SEGMENT_HEADER and ATTRIBUTE_RECORD_HEADER of Windows' NTFS.
// Everything throws Error(malformed_volume) for bytes that do not fit it.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "disk/ntfs/ntfs_volume.h"

namespace nlafix::disk {

/// Whoever writes a record puts one number at the end of each 512 bytes, and what stood there into
/// the record's head: a record that was written in part has two numbers.
inline constexpr std::size_t fixup_stride_bytes = 512;

inline constexpr std::uint32_t attribute_standard_information = 0x10;
inline constexpr std::uint32_t attribute_list = 0x20;
inline constexpr std::uint32_t attribute_data = 0x80;

/// An attribute of a record, checked to lie inside of it.
struct RecordAttribute {
    std::uint32_t type = 0;
    std::size_t offset = 0;  // in the record
    bool is_resident = true;
    bool is_named = false;
    ByteView bytes;  // all of it
};

enum class RecordState { unused, damaged, in_use };

/// Takes the fix-ups off `record`, in place, and says what it is. `damaged`: torn, or no record
/// although something was written there.
RecordState take_off_fixups(MutableByteView record);

/// Puts them on again, with the number that the record has already: only where the bytes of one
/// stride changed is the record that results one that no torn write can break.
void put_on_fixups(MutableByteView record);

/// The attributes of a record without fix-ups, in order.
std::vector<RecordAttribute> attributes_of(ByteView record);

/// Appends the runs of a non-resident attribute to `runs`.
void append_runs(const RecordAttribute& attribute, std::vector<ClusterRun>& runs);

/// Mapping pairs of `runs`, which hold no hole, with their terminator.
Bytes mapping_pairs_of(const std::vector<ClusterRun>& runs);

/// What a file's record shall say of its data.
struct NewData {
    std::vector<ClusterRun> runs;
    std::uint64_t size_bytes = 0;
    std::uint32_t cluster_bytes = 0;
    std::uint64_t time = 0;  // FILETIME of the change; the other times stay
};

/// `record`, which has no fix-ups, with `data` as its unnamed data. What lies behind the attributes
/// stays as it was. Empty where the attributes do not fit into the record any more.
Bytes record_with_data(ByteView record, const NewData& data);

}  // namespace nlafix::disk
