// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/known_entries.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace nlafix::nla {
namespace {

// The stock value of Windows 8.1 and later is one string of two quote characters.
constexpr std::array<std::string_view, 10> packages = {"\"\"",    "kerberos", "msv1_0", "schannel",
                                                       "wdigest", "tspkg",    "pku2u",  "livessp",
                                                       "cloudap", "negoexts"};

constexpr std::array<std::string_view, 6> providers = {
    "msapsspc.dll", "schannel.dll", "digest.dll", "msnsspc.dll", "credssp.dll", "pwdssp.dll"};

}  // namespace

bool is_shipped_with_windows(ListKind kind, std::string_view entry) {
    const auto same = [entry](std::string_view known) {
        return equal_ignoring_ascii_case(known, entry);
    };
    return kind == ListKind::strings ? std::any_of(packages.begin(), packages.end(), same)
                                     : std::any_of(providers.begin(), providers.end(), same);
}

}  // namespace nlafix::nla
