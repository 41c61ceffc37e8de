// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/hex.h"

namespace nlafix::commit {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

}  // namespace

std::string hex_of(ByteView bytes) {
    std::string text;
    text.reserve(2 * bytes.size());
    for (const std::byte b : bytes) {
        const auto value = std::to_integer<unsigned>(b);
        text += digits[value >> 4];
        text += digits[value & 15];
    }
    return text;
}

std::optional<Bytes> bytes_of_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    Bytes bytes(text.size() / 2);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const std::size_t high = digits.find(text[2 * i]);
        const std::size_t low = digits.find(text[2 * i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
        bytes[i] = static_cast<std::byte>((high << 4) | low);
    }
    return bytes;
}

}  // namespace nlafix::commit
