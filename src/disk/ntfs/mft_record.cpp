// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/ntfs/mft_record.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace nlafix::disk {
namespace {

// Of a record.
constexpr std::size_t fixups_offset_at = 4;
constexpr std::size_t fixups_count_at = 6;
constexpr std::size_t attributes_offset_at = 0x14;
constexpr std::size_t flags_at = 0x16;
constexpr std::size_t bytes_in_use_at = 0x18;
constexpr std::size_t record_head_bytes = 0x30;
constexpr std::uint16_t flag_in_use = 1;

// Of an attribute.
constexpr std::size_t attribute_length_at = 4;
constexpr std::size_t value_length_at = 0x10;
constexpr std::size_t value_offset_at = 0x14;
constexpr std::size_t lowest_cluster_at = 0x10;
constexpr std::size_t highest_cluster_at = 0x18;
constexpr std::size_t pairs_offset_at = 0x20;
constexpr std::size_t allocated_bytes_at = 0x28;
constexpr std::size_t data_bytes_at = 0x30;
constexpr std::size_t initialized_bytes_at = 0x38;
constexpr std::size_t resident_head_bytes = 0x18;
constexpr std::size_t non_resident_head_bytes = 0x40;
constexpr std::uint32_t end_of_attributes = 0xFFFFFFFF;

// Of $STANDARD_INFORMATION.
constexpr std::size_t data_changed_at = 8;
constexpr std::size_t record_changed_at = 16;
constexpr std::size_t least_information_bytes = 0x30;

/// A run needs at least three bytes, and an attribute is at most a record long.
constexpr std::size_t most_record_bytes = 65536;
constexpr std::uint64_t most_clusters = std::uint64_t{1} << 52;

[[noreturn]] void throw_malformed(const char* what) {
    throw Error(ErrorCode::malformed_volume, what)
        .hint("let Windows repair the volume (chkdsk /f), then run this again");
}

void require(bool condition, const char* what) {
    if (!condition) throw_malformed(what);
}

struct Fixups {
    std::size_t offset = 0;   // of the number, and the words behind it
    std::size_t strides = 0;  // none where they cannot be right
};

Fixups fixups_of(ByteView record) {
    if (record.size() < fixup_stride_bytes || record.size() % fixup_stride_bytes != 0) return {};
    const std::size_t offset = u16_at(record, fixups_offset_at);
    const std::size_t strides = record.size() / fixup_stride_bytes;
    const bool fits = u16_at(record, fixups_count_at) == strides + 1 && offset % 2 == 0 &&
                      offset >= 0x2A && offset + 2 * (strides + 1) <= fixup_stride_bytes - 2;
    return fits ? Fixups{offset, strides} : Fixups{};
}

/// A number of `count` bytes with a sign.
std::int64_t signed_number(ByteView bytes, std::size_t at, std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        value |= std::to_integer<std::uint64_t>(bytes[at + i]) << (8 * i);
    }
    const std::uint64_t sign = std::uint64_t{1} << (8 * count - 1);
    return static_cast<std::int64_t>((value ^ sign) - sign);
}

/// The fewest bytes that hold `value` with its sign.
std::size_t bytes_for(std::int64_t value) {
    std::size_t count = 1;
    while (count < 8) {
        const std::int64_t rest = value >> (8 * count - 1);
        if (rest == 0 || rest == -1) break;
        ++count;
    }
    return count;
}

void append_number(Bytes& bytes, std::int64_t value, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        bytes.push_back(static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * i)));
    }
}

std::size_t rounded_up_to_8(std::size_t value) {
    return (value + 7) / 8 * 8;
}

/// The unnamed data attribute with new runs and sizes.
Bytes data_attribute(const RecordAttribute& old, const NewData& data) {
    const std::size_t head = u16_at(old.bytes, pairs_offset_at);
    require(head >= non_resident_head_bytes && head <= old.bytes.size(),
            "the data of the file has no place for its runs");
    std::uint64_t clusters = 0;
    for (const ClusterRun& run : data.runs) clusters += run.count;
    Bytes attribute(old.bytes.begin(), old.bytes.begin() + static_cast<std::ptrdiff_t>(head));
    const Bytes pairs = mapping_pairs_of(data.runs);
    attribute.insert(attribute.end(), pairs.begin(), pairs.end());
    attribute.resize(rounded_up_to_8(attribute.size()));
    put_u32(attribute, attribute_length_at, static_cast<std::uint32_t>(attribute.size()));
    put_u64(attribute, highest_cluster_at, clusters - 1);
    put_u64(attribute, allocated_bytes_at, clusters * data.cluster_bytes);
    put_u64(attribute, data_bytes_at, data.size_bytes);
    put_u64(attribute, initialized_bytes_at, data.size_bytes);
    return attribute;
}

void put_times(MutableByteView record, const RecordAttribute& information, std::uint64_t time) {
    const std::size_t value = u16_at(information.bytes, value_offset_at);
    require(u32_at(information.bytes, value_length_at) >= least_information_bytes,
            "the times of the file are not where they should be");
    put_u64(record, information.offset + value + data_changed_at, time);
    put_u64(record, information.offset + value + record_changed_at, time);
}

}  // namespace

RecordState take_off_fixups(MutableByteView record) {
    const bool is_record =
        record.size() >= record_head_bytes && std::memcmp(record.data(), "FILE", 4) == 0;
    if (!is_record) {
        // Room that was never used is empty; "BAAD" is what a check left of a torn record.
        const bool empty = record.size() < 4 || u32_at(record, 0) == 0;
        return empty ? RecordState::unused : RecordState::damaged;
    }
    const Fixups fixups = fixups_of(record);
    if (fixups.strides == 0) return RecordState::damaged;
    const std::uint16_t number = u16_at(record, fixups.offset);
    for (std::size_t i = 1; i <= fixups.strides; ++i) {
        const std::size_t end = i * fixup_stride_bytes - 2;
        if (u16_at(record, end) != number) return RecordState::damaged;
        put_little_endian(record, end, u16_at(record, fixups.offset + 2 * i));
    }
    return (u16_at(record, flags_at) & flag_in_use) != 0 ? RecordState::in_use
                                                         : RecordState::unused;
}

void put_on_fixups(MutableByteView record) {
    const Fixups fixups = fixups_of(record);
    require(fixups.strides != 0, "an MFT record has no fix-ups");
    const std::uint16_t number = u16_at(record, fixups.offset);
    for (std::size_t i = 1; i <= fixups.strides; ++i) {
        const std::size_t end = i * fixup_stride_bytes - 2;
        put_little_endian(record, fixups.offset + 2 * i, u16_at(record, end));
        put_little_endian(record, end, number);
    }
}

std::vector<RecordAttribute> attributes_of(ByteView record) {
    require(record.size() >= record_head_bytes && record.size() <= most_record_bytes,
            "an MFT record has an impossible size");
    const std::size_t end = u32_at(record, bytes_in_use_at);
    require(end <= record.size(), "an MFT record is fuller than it is long");
    std::vector<RecordAttribute> attributes;
    std::size_t at = u16_at(record, attributes_offset_at);
    while (true) {
        require(range_is_inside(at, 4, end), "the attributes of an MFT record have no end");
        const std::uint32_t type = u32_at(record, at);
        if (type == end_of_attributes) return attributes;
        require(range_is_inside(at, resident_head_bytes, end), "an attribute is cut");
        const std::size_t length = u32_at(record, at + attribute_length_at);
        require(
            length >= resident_head_bytes && length % 8 == 0 && range_is_inside(at, length, end),
            "an attribute leaves its MFT record");
        RecordAttribute attribute{type, at, record[at + 8] == std::byte{0},
                                  record[at + 9] != std::byte{0}, record.subspan(at, length)};
        if (attribute.is_resident) {
            require(range_is_inside(u16_at(record, at + value_offset_at),
                                    u32_at(record, at + value_length_at), length),
                    "the value of an attribute leaves it");
        } else {
            require(length >= non_resident_head_bytes, "an attribute is cut");
        }
        attributes.push_back(attribute);
        at += length;
    }
}

void append_runs(const RecordAttribute& attribute, std::vector<ClusterRun>& runs) {
    const ByteView bytes = attribute.bytes;
    std::size_t at = u16_at(bytes, pairs_offset_at);
    std::int64_t place = 0;
    while (true) {
        require(at < bytes.size(), "the runs of an attribute have no end");
        const auto sizes = std::to_integer<std::size_t>(bytes[at++]);
        if (sizes == 0) return;
        const std::size_t count_bytes = sizes & 15;
        const std::size_t place_bytes = sizes >> 4;
        require(count_bytes >= 1 && count_bytes <= 8 && place_bytes <= 8 &&
                    range_is_inside(at, count_bytes + place_bytes, bytes.size()),
                "a run of an attribute is malformed");
        const std::int64_t count = signed_number(bytes, at, count_bytes);
        require(count > 0 && static_cast<std::uint64_t>(count) <= most_clusters,
                "a run of an attribute has an impossible length");
        at += count_bytes;
        if (place_bytes == 0) {
            runs.push_back({ClusterRun::hole, static_cast<std::uint64_t>(count)});
            continue;
        }
        const std::int64_t step = signed_number(bytes, at, place_bytes);
        at += place_bytes;
        require(!__builtin_add_overflow(place, step, &place) && place >= 0 &&
                    static_cast<std::uint64_t>(place) <= most_clusters,
                "a run of an attribute leaves the volume");
        runs.push_back({static_cast<std::uint64_t>(place), static_cast<std::uint64_t>(count)});
    }
}

Bytes mapping_pairs_of(const std::vector<ClusterRun>& runs) {
    Bytes pairs;
    std::int64_t place = 0;
    for (const ClusterRun& run : runs) {
        const auto count = static_cast<std::int64_t>(run.count);
        const std::int64_t step = static_cast<std::int64_t>(run.first) - place;
        const std::size_t count_bytes = bytes_for(count);
        const std::size_t step_bytes = bytes_for(step);
        pairs.push_back(static_cast<std::byte>(count_bytes | (step_bytes << 4)));
        append_number(pairs, count, count_bytes);
        append_number(pairs, step, step_bytes);
        place = static_cast<std::int64_t>(run.first);
    }
    pairs.push_back(std::byte{0});
    return pairs;
}

Bytes record_with_data(ByteView record, const NewData& data) {
    const std::vector<RecordAttribute> attributes = attributes_of(record);
    const auto is_data = [](const RecordAttribute& attribute) {
        return attribute.type == attribute_data && !attribute.is_named && !attribute.is_resident;
    };
    const auto old = std::find_if(attributes.begin(), attributes.end(), is_data);
    require(old != attributes.end() && u64_at(old->bytes, lowest_cluster_at) == 0 &&
                std::count_if(attributes.begin(), attributes.end(), is_data) == 1,
            "the file's MFT record does not hold its data");
    const auto information =
        std::find_if(attributes.begin(), attributes.end(), [](const RecordAttribute& attribute) {
            return attribute.type == attribute_standard_information && attribute.is_resident;
        });
    require(information != attributes.end() && information->offset < old->offset,
            "the file's MFT record has no times");

    const Bytes attribute = data_attribute(*old, data);
    const ByteView behind =
        record.first(u32_at(record, bytes_in_use_at)).subspan(old->offset + old->bytes.size());
    const std::size_t end = old->offset + attribute.size() + behind.size();
    if (end > record.size()) return {};
    Bytes result(record.begin(), record.end());
    const auto begin = result.begin() + static_cast<std::ptrdiff_t>(old->offset);
    std::copy(behind.begin(), behind.end(), std::copy(attribute.begin(), attribute.end(), begin));
    put_u32(result, bytes_in_use_at, static_cast<std::uint32_t>(end));
    put_times(result, *information, data.time);
    return result;
}

}  // namespace nlafix::disk
