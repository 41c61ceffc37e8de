// SPDX-License-Identifier: GPL-2.0-or-later
// What a file is that should be a hive and is none.
// Owns: the words for it.
#pragma once

#include <cstddef>
#include <string>

#include "base/bytes.h"
#include "base/error.h"

namespace nlafix::source {

/// So many bytes of a file tell what it is.
constexpr std::size_t telling_bytes = 64;

/// Throws Error(not_a_hive) unless `head`, the first bytes of the file `path`, begins as a hive
/// does. The hint is for a file that the user gave.
void require_hive(ByteView head, const std::string& path);

}  // namespace nlafix::source
