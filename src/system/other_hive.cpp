// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/other_hive.h"

#include <algorithm>
#include <array>

namespace nlafix::system {
namespace {

struct Kind {
    std::string_view name;
    std::array<std::string_view, 2> keys;  // both are below the root
};

// SECURITY may hold a link SAM, and a user's hive a key Microsoft below Software.
constexpr std::array<Kind, 8> kinds = {{
    {"the SECURITY hive", {"Policy", "RXACT"}},
    {"the SAM hive", {"SAM", "SAM"}},
    {"the SOFTWARE hive", {"Classes", "Microsoft"}},
    {"a user's hive (NTUSER.DAT or DEFAULT)", {"Control Panel", "Software"}},
    {"a user's UsrClass.dat", {"Local Settings", "Local Settings"}},
    {"a boot configuration (BCD)", {"Description", "Objects"}},
    {"the COMPONENTS hive", {"CanonicalData", "DerivedData"}},
    {"the DRIVERS hive", {"DriverDatabase", "DriverDatabase"}},
}};

}  // namespace

std::optional<std::string_view> other_hive(const regf::KeyNode& root) {
    if (regf::find_subkey(root, "Select")) return std::nullopt;
    const auto found = std::find_if(kinds.begin(), kinds.end(), [&root](const Kind& kind) {
        return std::all_of(kind.keys.begin(), kind.keys.end(), [&root](std::string_view key) {
            return regf::find_subkey(root, key).has_value();
        });
    });
    if (found == kinds.end()) return std::nullopt;
    return found->name;
}

}  // namespace nlafix::system
