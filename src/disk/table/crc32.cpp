// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/table/crc32.h"

#include <array>

namespace nlafix::disk {
namespace {

constexpr std::array<std::uint32_t, 256> make_table() {
    std::array<std::uint32_t, 256> table = {};
    for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
        std::uint32_t value = byte;
        for (int bit = 0; bit < 8; ++bit) {
            value = (value >> 1) ^ ((value & 1) != 0 ? 0xedb88320U : 0U);
        }
        table[byte] = value;
    }
    return table;
}

constexpr auto table = make_table();

}  // namespace

std::uint32_t crc32(ByteView bytes) {
    std::uint32_t value = 0xffffffffU;
    for (const std::byte byte : bytes) {
        value = (value >> 8) ^ table[(value ^ std::to_integer<std::uint32_t>(byte)) & 0xff];
    }
    return ~value;
}

}  // namespace nlafix::disk
