// SPDX-License-Identifier: GPL-2.0-or-later
// The lists of packages and providers, and what Windows ships in them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nla/list_edit.h"
#include "nla/place.h"

namespace nlafix::nla {

/// Lsa's list of security packages, to which `tspkg` belongs.
const Place& packages_list();

/// The list of security providers, to which `credssp.dll` belongs.
const Place& providers_list();

/// The stock packages of Windows 8.1, which only Windows itself writes.
const Place& os_config_list();

/// What an entry is that names no package or provider as it stands.
enum class Mistake {
    none,     // shipped with Windows, or of somebody else
    joined,   // several names in one string, with blanks, commas or a literal \\0 between them
    path,     // a file with its folder
    misspelt  // a name of Windows with an ending too much or too little, or of the other list
};

Mistake mistake_in(ListKind kind, std::string_view entry);

/// The names in an entry that was joined, as they stand there.
std::vector<std::string> parts_of(std::string_view entry);

/// True for an entry that some Windows version ships. A list of another vendor's packages is a
/// known way for an implant to be loaded, and also how honest single sign-on products work.
bool is_shipped_with_windows(ListKind kind, std::string_view entry);

/// True for an entry that only looks like one that Windows ships: it differs by invisible
/// characters alone (base/invisible.h). Windows does not take it for that one.
bool is_disguised(ListKind kind, std::string_view entry);

}  // namespace nlafix::nla
