// SPDX-License-Identifier: GPL-2.0-or-later
// Rules about the two lists themselves, beside the two entries that fix adds (nla/plan.h), and
// about OSConfig, which Windows 8.1 reads and nobody may write. None of them has a repair.
#include <algorithm>

#include "base/text.h"
#include "nla/conditions.h"
#include "nla/known_entries.h"

namespace nlafix::nla {
namespace {

using system::Generation;
using Strings = std::vector<std::string>;

constexpr Place packages = {HiveRole::system, "Control\\Lsa", "Security Packages",
                            Content::strings};
constexpr Place providers = {HiveRole::system, "Control\\SecurityProviders", "SecurityProviders",
                             Content::comma_separated};
constexpr Place os_config = {HiveRole::system, "Control\\Lsa\\OSConfig", "Security Packages",
                             Content::strings};

const std::vector<Stock> stock_packages = {
    {Generation::xp, 0, "kerberos msv1_0 schannel wdigest"},
    {Generation::vista, 0, "kerberos msv1_0 schannel wdigest tspkg"},
    {Generation::win7, 0, "kerberos msv1_0 schannel wdigest tspkg pku2u"},
    {Generation::win8, 0, "\"\""}};
const std::vector<Stock> stock_providers = {
    {Generation::nt4, 0, "schannel.dll"},
    {Generation::xp, 0, "msapsspc.dll, schannel.dll, digest.dll, msnsspc.dll"},
    {Generation::vista, 0, "credssp.dll"}};
const std::vector<Stock> stock_os_config = {
    {Generation::win8, 0, "the real list of packages, with tspkg"},
    {Generation::win10, 0, "absent"}};

bool same(const std::string& a, const std::string& b) {
    return equal_ignoring_ascii_case(std::string_view(a), std::string_view(b));
}

bool names(const Strings& list, const char* entry) {
    return std::any_of(list.begin(), list.end(),
                       [entry](const std::string& element) { return same(element, entry); });
}

/// `"a", "b"`, each once; nothing for none.
Evidence named(const Strings& list) {
    std::string text;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto begin = list.begin();
        const auto here = begin + static_cast<std::ptrdiff_t>(i);
        const auto is_same = [&](const std::string& other) { return same(other, *here); };
        if (std::any_of(begin, here, is_same)) continue;
        text += (text.empty() ? "\"" : ", \"") + *here + "\"";
    }
    return text.empty() ? Evidence() : text;
}

Evidence unknown_entries(ListKind kind, const Observation& seen) {
    Strings unknown;
    for (const std::string& element : seen.elements) {
        if (!is_shipped_with_windows(kind, element)) unknown.push_back(element);
    }
    const Evidence list = named(unknown);
    return list ? "it names " + *list : Evidence();
}

Evidence unknown_packages(const std::vector<Observation>& seen, const Situation&) {
    return unknown_entries(ListKind::strings, seen.front());
}

Evidence unknown_providers(const std::vector<Observation>& seen, const Situation&) {
    return unknown_entries(ListKind::comma_separated, seen.front());
}

Evidence duplicates(const std::vector<Observation>& seen, const Situation&) {
    const Strings& list = seen.front().elements;
    Strings again;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto here = list.begin() + static_cast<std::ptrdiff_t>(i);
        const auto is_same = [&](const std::string& other) { return same(other, *here); };
        if (std::any_of(list.begin(), here, is_same)) again.push_back(*here);
    }
    const Evidence text = named(again);
    return text ? *text + " stands there more than once" : Evidence();
}

/// From Windows 8.1 on the stock packages do not come from this value.
bool takes_packages_from_the_list(Generation generation) {
    return generation != Generation::unknown && generation < Generation::win8;
}

/// One of the two that every login needs, of a list that is all Windows has.
Strings missing_stock_packages(const Observation& seen, const Situation& situation) {
    Strings missing;
    if (!seen.is_present() || !takes_packages_from_the_list(situation.generation)) return missing;
    for (const char* entry : {"kerberos", "msv1_0"}) {
        if (!names(seen.elements, entry)) missing.emplace_back(entry);
    }
    return missing;
}

Evidence both_stock_packages_missing(const std::vector<Observation>& seen,
                                     const Situation& situation) {
    if (missing_stock_packages(seen.front(), situation).size() != 2) return std::nullopt;
    return "neither \"kerberos\" nor \"msv1_0\" is there";
}

Evidence one_stock_package_missing(const std::vector<Observation>& seen,
                                   const Situation& situation) {
    const Strings missing = missing_stock_packages(seen.front(), situation);
    if (missing.size() != 1) return std::nullopt;
    return "\"" + missing.front() + "\" is not there";
}

/// Strings behind the first empty one.
Evidence entries_behind_an_empty_one(const std::vector<Observation>& seen, const Situation&) {
    const Observation& list = seen.front();
    Strings behind;
    for (std::size_t i = list.elements.size(); i < list.all.size(); ++i) {
        if (!list.all[i].empty()) behind.push_back(list.all[i]);
    }
    const Evidence text = named(behind);
    return text ? *text + " behind an empty string" : Evidence();
}

Evidence real_list_without_tspkg(const std::vector<Observation>& seen, const Situation&) {
    const Observation& list = seen.front();
    if (!list.is_present() || list.elements.empty() || names(list.elements, "tspkg")) {
        return std::nullopt;
    }
    return "\"tspkg\" is not there";
}

std::vector<Rule> harmful_lists() {
    return {
        {.code = "packages-replaced",
         .severity = Severity::blocks,
         .places = {packages},
         .stock = stock_packages,
         .since = Generation::xp,
         .until = Generation::win7,
         .when = "neither kerberos nor msv1_0",
         .finds = both_stock_packages_missing,
         .says = "nobody could log in: the list of ways to log in was replaced",
         .means =
             "Before Windows 8.1 this list is all that Windows loads; one that was replaced by "
             "tspkg alone takes the packages away that check a password.",
         .advice =
             "put the stock packages in front of what is there, from the recovery environment"},
        {.code = "packages-incomplete",
         .severity = Severity::may_block,
         .places = {packages},
         .stock = stock_packages,
         .since = Generation::xp,
         .until = Generation::win7,
         .when = "only one of kerberos and msv1_0",
         .finds = one_stock_package_missing,
         .says = "one of the ways to log in is missing",
         .means = "kerberos checks domain users, msv1_0 local ones; before Windows 8.1 only what "
                  "this list names is loaded.",
         .advice = "add the missing package, from the recovery environment"},
        {.code = "os-config-without-tspkg",
         .severity = Severity::may_block,
         .places = {os_config},
         .stock = stock_os_config,
         .since = Generation::win8,
         .when = "a list without tspkg",
         .finds = real_list_without_tspkg,
         .says = "the list of ways to log in that Windows itself keeps lacks network level "
                 "authentication",
         .means = "Windows 8.1 takes its stock packages from this list; nobody but Windows may "
                  "write it.",
         .advice =
             "nlafix fix adds tspkg to the list beside it; repair Windows (sfc, DISM) when it "
             "can be reached"},
        {.code = "packages-behind-empty",
         .severity = Severity::note,
         .places = {packages},
         .stock = stock_packages,
         .when = "strings behind an empty one",
         .finds = entries_behind_an_empty_one,
         .says = "a part of the list of ways to log in is not read",
         .means = "Windows reads this list as far as the first empty string; what stands behind it "
                  "does nothing.",
         .advice = "move them in front of it, if they are wanted; fix puts tspkg there"},
    };
}

std::vector<Rule> foreign_and_double_entries() {
    return {
        {.code = "unknown-package",
         .severity = Severity::note,
         .places = {packages},
         .stock = stock_packages,
         .when = "a name that no Windows ships",
         .finds = unknown_packages,
         .says = "a part that no Windows ships sees every login",
         .means = "A single sign-on product may be why it is there, and so may be an implant that "
                  "steals passwords.",
         .advice = "find the DLL of that name in System32 and look who signed it"},
        {.code = "unknown-provider",
         .severity = Severity::note,
         .places = {providers},
         .stock = stock_providers,
         .when = "a name that no Windows ships",
         .finds = unknown_providers,
         .says = "a security provider that no Windows ships is loaded",
         .means = "A vendor's product may be why it is there, and so may be an implant.",
         .advice = "find that DLL in System32 and look who signed it"},
        {.code = "unknown-os-config-package",
         .severity = Severity::note,
         .places = {os_config},
         .stock = stock_os_config,
         .since = Generation::win8,
         .when = "a name that no Windows ships",
         .finds = unknown_packages,
         .says = "the list that Windows itself keeps names a part that no Windows ships",
         .means = "Nobody but Windows writes this list, so somebody tampered with it.",
         .advice = "find the DLL of that name in System32 and look who signed it"},
        {.code = "duplicate-package",
         .severity = Severity::note,
         .places = {packages},
         .stock = stock_packages,
         .when = "a name more than once",
         .finds = duplicates,
         .says = "a way to log in is listed twice",
         .means = "Windows does not mind; another tool has edited the list.",
         .advice = "nothing"},
        {.code = "duplicate-provider",
         .severity = Severity::note,
         .places = {providers},
         .stock = stock_providers,
         .when = "a name more than once",
         .finds = duplicates,
         .says = "a security provider is listed twice",
         .means = "Windows does not mind; another tool has edited the list.",
         .advice = "nothing"},
    };
}

}  // namespace

std::vector<Rule> list_rules() {
    std::vector<Rule> all = harmful_lists();
    for (Rule& rule : foreign_and_double_entries()) all.push_back(std::move(rule));
    return all;
}

}  // namespace nlafix::nla
