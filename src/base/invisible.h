// SPDX-License-Identifier: GPL-2.0-or-later
// Characters that a reader does not see, or that a terminal acts on.
// Owns: the table of them.
// Never: asks the locale or the C library, whose tables differ between systems.
#pragma once

namespace nlafix {

/// True for the categories Cc, Cf, Zl and Zp and for every Default_Ignorable_Code_Point of Unicode
/// 16: control, format and bidirectional characters, line separators, variation selectors, tags,
/// fillers. Such a character is never printed as it is (base/text.h).
bool is_invisible(char32_t character);

}  // namespace nlafix
