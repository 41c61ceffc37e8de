// SPDX-License-Identifier: GPL-2.0-or-later
// Signatures: the text that says what bytes are.
#pragma once

#include <string_view>

#include "base/bytes.h"

namespace nlafix {

/// True when `text` stands at `at` in `view`; false where `view` ends before.
inline bool has_text(ByteView view, std::size_t at, std::string_view text) {
    return range_is_inside(at, text.size(), view.size()) &&
           equal(view.subspan(at, text.size()), std::as_bytes(std::span(text)));
}

}  // namespace nlafix
