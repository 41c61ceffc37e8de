// SPDX-License-Identifier: GPL-2.0-or-later
// Bytes that nobody vouches for, and the only functions that read numbers out of them.
// Owns: bounds-checked access, overflow-checked sums.
// Never: knows a format.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nlafix {

using ByteView = std::span<const std::byte>;
using MutableByteView = std::span<std::byte>;
using Bytes = std::vector<std::byte>;

/// True when [offset, offset + length) lies inside `size` bytes; never overflows.
constexpr bool range_is_inside(std::uint64_t offset, std::uint64_t length, std::uint64_t size) {
    return offset <= size && length <= size - offset;
}

/// The next multiple of `step` that is not below `value`; both are sizes of what is in memory.
constexpr std::size_t rounded_up(std::size_t value, std::size_t step) {
    return (value + step - 1) / step * step;
}

/// Throws Error(malformed_hive) that names offset and length; out of line to keep readers small.
[[noreturn]] void throw_out_of_range(std::uint64_t offset, std::uint64_t length,
                                     std::uint64_t size);

/// `length` bytes of `view` from `offset`. Throws Error(malformed_hive) if they are not all there.
inline ByteView slice(ByteView view, std::size_t offset, std::size_t length) {
    if (!range_is_inside(offset, length, view.size())) {
        throw_out_of_range(offset, length, view.size());
    }
    return view.subspan(offset, length);
}

template <typename Unsigned>
Unsigned little_endian_at(ByteView view, std::size_t offset) {
    if (!range_is_inside(offset, sizeof(Unsigned), view.size())) {
        throw_out_of_range(offset, sizeof(Unsigned), view.size());
    }
    Unsigned value;
    if constexpr (std::endian::native == std::endian::little) {
        // One load where the loop below would be several: most of a walk is spent here.
        std::memcpy(&value, view.data() + offset, sizeof value);
    } else {
        value = 0;
        for (std::size_t i = sizeof(Unsigned); i > 0; --i) {
            value = static_cast<Unsigned>((std::uint64_t{value} << 8) |
                                          std::to_integer<std::uint64_t>(view[offset + i - 1]));
        }
    }
    return value;
}

inline std::uint16_t u16_at(ByteView view, std::size_t offset) {
    return little_endian_at<std::uint16_t>(view, offset);
}
inline std::uint32_t u32_at(ByteView view, std::size_t offset) {
    return little_endian_at<std::uint32_t>(view, offset);
}
inline std::uint64_t u64_at(ByteView view, std::size_t offset) {
    return little_endian_at<std::uint64_t>(view, offset);
}

template <typename Unsigned>
void put_little_endian(MutableByteView view, std::size_t offset, Unsigned value) {
    if (!range_is_inside(offset, sizeof(Unsigned), view.size())) {
        throw_out_of_range(offset, sizeof(Unsigned), view.size());
    }
    for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
        view[offset + i] =
            static_cast<std::byte>((static_cast<std::uint64_t>(value) >> (8 * i)) & 0xff);
    }
}

inline void put_u32(MutableByteView view, std::size_t offset, std::uint32_t value) {
    put_little_endian(view, offset, value);
}
inline void put_u64(MutableByteView view, std::size_t offset, std::uint64_t value) {
    put_little_endian(view, offset, value);
}

/// True when both have the same length and content.
bool equal(ByteView a, ByteView b);

/// "0a 1b 2c", at most `limit` bytes, then "…"; for messages that show what was found.
std::string to_hex(ByteView view, std::size_t limit);

/// True when `text` stands at `at` in `view`; false where `view` ends before.
inline bool has_text(ByteView view, std::size_t at, std::string_view text) {
    return range_is_inside(at, text.size(), view.size()) &&
           equal(view.subspan(at, text.size()), std::as_bytes(std::span(text)));
}

/// As qcow2, VHD and the database of dynamic disks have numbers: the big-endian one of `length`
/// bytes, at most 8, at `at`; 0 where `bytes` ends before.
inline std::uint64_t big_endian_or_0(ByteView bytes, std::size_t at, std::size_t length) {
    if (!range_is_inside(at, length, bytes.size())) return 0;
    std::uint64_t value = 0;
    for (const std::byte byte : bytes.subspan(at, length)) {
        value = (value << 8) | std::to_integer<std::uint64_t>(byte);
    }
    return value;
}

}  // namespace nlafix
