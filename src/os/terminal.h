// SPDX-License-Identifier: GPL-2.0-or-later
// The streams of the program.
#pragma once

#include <string_view>

namespace nlafix::os {

enum class Stream { output, errors };

bool is_terminal(Stream stream);

/// Writes all of `text`; false when the stream does not take it (closed, full, a broken pipe).
bool write_all(Stream stream, std::string_view text);

}  // namespace nlafix::os
