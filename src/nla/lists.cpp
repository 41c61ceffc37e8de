// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/lists.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

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

std::vector<std::string> parts_of(std::string_view entry) {
    std::vector<std::string> parts;
    std::string part;
    const auto end_part = [&] {
        if (!part.empty()) parts.push_back(std::move(part));
        part.clear();
    };
    for (std::size_t i = 0; i < entry.size(); ++i) {
        const bool is_literal_nul = entry.compare(i, 2, "\\0") == 0;
        if (is_literal_nul || std::string_view(" ,;\t").find(entry[i]) != std::string_view::npos) {
            end_part();
            if (is_literal_nul) ++i;
        } else {
            part += entry[i];
        }
    }
    end_part();
    return parts;
}

Mistake mistake_in(ListKind kind, std::string_view entry) {
    if (is_shipped_with_windows(kind, entry)) return Mistake::none;
    const std::vector<std::string> parts = parts_of(entry);
    const bool any_shipped = std::any_of(parts.begin(), parts.end(), [kind](const auto& part) {
        return is_shipped_with_windows(kind, part);
    });
    // One name alone with a blank or a NUL behind it is no better.
    const bool was_split = parts.size() != 1 || parts.front().size() != entry.size();
    if (any_shipped && was_split) return Mistake::joined;
    if (entry.find_first_of("\\/:") != std::string_view::npos) return Mistake::path;
    const std::string name(entry.substr(0, entry.rfind('.')));
    const bool is_of_windows = is_shipped_with_windows(ListKind::strings, name) ||
                               is_shipped_with_windows(ListKind::comma_separated, name + ".dll");
    return is_of_windows ? Mistake::misspelt : Mistake::none;
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
