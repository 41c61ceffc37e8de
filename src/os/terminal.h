// SPDX-License-Identifier: GPL-2.0-or-later
// The streams of the program.
#pragma once

#include <cstddef>
#include <string_view>

namespace nlafix::os {

enum class Stream { output, errors };

bool is_terminal(Stream stream);

/// Characters in a line of the terminal that `stream` is; 0 where it is none, or does not say.
std::size_t terminal_columns(Stream stream);

/// Writes all of `text`; false when the stream does not take it (closed, full, a broken pipe).
bool write_all(Stream stream, std::string_view text);

}  // namespace nlafix::os
