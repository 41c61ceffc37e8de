// SPDX-License-Identifier: GPL-2.0-or-later
// Entries of the two lists that Windows ships.
#pragma once

#include <string_view>

#include "nla/list_edit.h"

namespace nlafix::nla {

/// True for an entry that some Windows version ships. A list of another vendor's packages is a
/// known way for an implant to be loaded, and also how honest single sign-on products work.
bool is_shipped_with_windows(ListKind kind, std::string_view entry);

}  // namespace nlafix::nla
