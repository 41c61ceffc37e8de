// SPDX-License-Identifier: GPL-2.0-or-later
// Sizes for a person.
#pragma once

#include <cstdint>
#include <string>

namespace nlafix {

/// "512 bytes", "100.0 MiB", "1.8 TiB".
std::string size_text(std::uint64_t bytes);

}  // namespace nlafix
