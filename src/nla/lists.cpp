// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/lists.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"

namespace nlafix::nla {
namespace {

using system::Generation;

// The stock value of Windows 8.1 and later is one string of two quote characters.
constexpr std::array<std::string_view, 10> packages = {"\"\"",    "kerberos", "msv1_0", "schannel",
                                                       "wdigest", "tspkg",    "pku2u",  "livessp",
                                                       "cloudap", "negoexts"};

constexpr std::array<std::string_view, 6> providers = {
    "msapsspc.dll", "schannel.dll", "digest.dll", "msnsspc.dll", "credssp.dll", "pwdssp.dll"};

}  // namespace

const Place& packages_list() {
    static const Place place = {
        HiveRole::system,
        "Control\\Lsa",
        "Security Packages",
        Content::strings,
        {{Generation::xp, 0, "kerberos msv1_0 schannel wdigest"},
         {Generation::vista, 0, "kerberos msv1_0 schannel wdigest tspkg"},
         {Generation::win7, 0, "kerberos msv1_0 schannel wdigest tspkg pku2u"},
         {Generation::win8, 0, "\"\""}}};
    return place;
}

const Place& providers_list() {
    static const Place place = {
        HiveRole::system,
        "Control\\SecurityProviders",
        "SecurityProviders",
        Content::comma_separated,
        {{Generation::nt4, 0, "schannel.dll"},
         {Generation::xp, 0, "msapsspc.dll, schannel.dll, digest.dll, msnsspc.dll"},
         {Generation::vista, 0, "credssp.dll"}}};
    return place;
}

const Place& os_config_list() {
    static const Place place = {HiveRole::system,
                                "Control\\Lsa\\OSConfig",
                                "Security Packages",
                                Content::strings,
                                {{Generation::win8, 0, "the real list of packages, with tspkg"},
                                 {Generation::win10, 0, "absent"}}};
    return place;
}

bool is_shipped_with_windows(ListKind kind, std::string_view entry) {
    const auto same = [entry](std::string_view known) {
        return equal_ignoring_ascii_case(known, entry);
    };
    return kind == ListKind::strings ? std::any_of(packages.begin(), packages.end(), same)
                                     : std::any_of(providers.begin(), providers.end(), same);
}

bool is_disguised(ListKind kind, std::string_view entry) {
    const std::string seen = visible_part(entry);
    return seen != entry && is_shipped_with_windows(kind, seen);
}

}  // namespace nlafix::nla
