// SPDX-License-Identifier: GPL-2.0-or-later
// Bytes as hexadecimal digits, as manifests hold them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace nlafix::commit {

/// Two digits for each byte, in small letters.
std::string hex_of(ByteView bytes);

/// Nothing unless `text` is an even number of digits, in small letters.
std::optional<Bytes> bytes_of_hex(std::string_view text);

}  // namespace nlafix::commit
