// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/marvin32.h"

#include <bit>

namespace nlafix::recovery {
namespace {

struct State {
    std::uint32_t low = 0x7a4e55c5;
    std::uint32_t high = 0x82ef4d88;

    void mix(std::uint32_t word) {
        low += word;
        high ^= low;
        low = std::rotl(low, 20) + high;
        high = std::rotl(high, 9) ^ low;
        low = std::rotl(low, 27) + high;
        high = std::rotl(high, 19);
    }
};

}  // namespace

std::uint64_t marvin32(ByteView data) {
    State state;
    std::size_t at = 0;
    for (; data.size() - at >= 4; at += 4) state.mix(u32_at(data, at));
    // The rest of the data, then a byte 0x80, then zeros.
    std::uint32_t last = 0x80;
    for (std::size_t i = data.size(); i > at; --i) {
        last = (last << 8) | std::to_integer<std::uint32_t>(data[i - 1]);
    }
    state.mix(last);
    state.mix(0);
    return (std::uint64_t{state.high} << 32) | state.low;
}

}  // namespace nlafix::recovery
