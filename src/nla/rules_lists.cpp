// SPDX-License-Identifier: GPL-2.0-or-later
// Rules about the two lists themselves, beside the two entries that fix adds (nla/plan.h), and
// about OSConfig, which Windows 8.1 reads and nobody may write.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "nla/conditions.h"
#include "nla/lists.h"

namespace nlafix::nla {
namespace {

using system::Generation;
using Strings = std::vector<std::string>;

bool same(const std::string& a, const std::string& b) {
    return equal_ignoring_ascii_case(std::string_view(a), std::string_view(b));
}

bool names(const Strings& list, const char* entry) {
    return std::any_of(list.begin(), list.end(),
                       [entry](const std::string& element) { return same(element, entry); });
}

/// An answer that shows `list`, with words around it; none for an empty one.
Answer naming(const std::string& before, const Strings& list, const std::string& behind = "") {
    const std::string text = quoted_once(list);
    if (text.empty()) return std::nullopt;
    return Found{.detail = before + text + behind};
}

Answer unknown_entries(ListKind kind, const Observation& seen) {
    Strings unknown;
    for (const std::string& element : seen.elements) {
        if (!is_shipped_with_windows(kind, element) && !is_disguised(kind, element) &&
            mistake_in(kind, element) == Mistake::none) {
            unknown.push_back(element);
        }
    }
    return naming("it names ", unknown);
}

Answer disguised_entries(ListKind kind, const Observation& seen) {
    Strings disguised;
    for (const std::string& element : seen.elements) {
        if (is_disguised(kind, element)) disguised.push_back(element);
    }
    return naming("", disguised, " holds characters that nobody sees");
}

Answer disguised_packages(const std::vector<Observation>& seen, const Scene&) {
    return disguised_entries(ListKind::strings, seen.front());
}

Answer disguised_providers(const std::vector<Observation>& seen, const Scene&) {
    return disguised_entries(ListKind::comma_separated, seen.front());
}

Answer unknown_packages(const std::vector<Observation>& seen, const Scene&) {
    return unknown_entries(ListKind::strings, seen.front());
}

Answer unknown_providers(const std::vector<Observation>& seen, const Scene&) {
    return unknown_entries(ListKind::comma_separated, seen.front());
}

ListKind kind_of(const Observation& list) {
    return list.place.content == Content::strings ? ListKind::strings : ListKind::comma_separated;
}

/// The entries of the list that are wrong in that way, and what they are.
template <Mistake mistake>
Answer mistaken(const std::vector<Observation>& seen, const Scene&) {
    Strings found;
    for (const std::string& element : seen.front().elements) {
        if (mistake_in(kind_of(seen.front()), element) == mistake) found.push_back(element);
    }
    return naming("", found);
}

Answer duplicates(const std::vector<Observation>& seen, const Scene&) {
    std::set<std::string> earlier;
    Strings again;
    for (const std::string& element : seen.front().elements) {
        if (!earlier.insert(ascii_lower_case(element)).second) again.push_back(element);
    }
    return naming("", again, " stands there more than once");
}

/// From Windows 8.1 on the stock packages do not come from this value.
bool takes_packages_from_the_list(Generation generation) {
    return generation != Generation::unknown && generation < Generation::win8;
}

/// One of the two that every login needs, of a list that is all Windows has.
Strings missing_stock_packages(const Observation& seen, const Scene& scene) {
    Strings missing;
    if (!seen.is_present() || !takes_packages_from_the_list(scene.generation())) return missing;
    for (const char* entry : {"kerberos", "msv1_0"}) {
        if (!names(seen.elements, entry)) missing.emplace_back(entry);
    }
    return missing;
}

Answer both_stock_packages_missing(const std::vector<Observation>& seen, const Scene& scene) {
    if (missing_stock_packages(seen.front(), scene).size() != 2) return std::nullopt;
    return Found{.detail = "neither \"kerberos\" nor \"msv1_0\" is there"};
}

/// The same, and what is there was joined into one string.
Answer all_packages_joined(const std::vector<Observation>& seen, const Scene& scene) {
    if (missing_stock_packages(seen.front(), scene).size() != 2) return std::nullopt;
    return mistaken<Mistake::joined>(seen, scene);
}

/// True for a string that is nothing but names of Windows.
bool is_all_shipped(const std::string& entry) {
    const Strings parts = parts_of(entry);
    return std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
        return is_shipped_with_windows(ListKind::strings, part);
    });
}

Remedy put_stock_packages_in_front() {
    return {"kerberos msv1_0 schannel wdigest tspkg pku2u in front of what is there (Windows 7)",
            [](const Observation& seen, const Scene& scene) -> std::vector<Change> {
                if (scene.generation() != Generation::win7) return {};
                Strings list = {"kerberos", "msv1_0", "schannel", "wdigest", "tspkg", "pku2u"};
                for (const std::string& entry : seen.all) {
                    if (!is_all_shipped(entry)) list.push_back(entry);
                }
                return {strings_at(seen, list)};
            }};
}

Repair stock_packages() {
    return {"put the stock packages in front of what is there", put_stock_packages_in_front(),
            "Unknown entries stay behind the stock ones; what was left out on purpose is loaded "
            "again."};
}

Answer one_stock_package_missing(const std::vector<Observation>& seen, const Scene& scene) {
    const Strings missing = missing_stock_packages(seen.front(), scene);
    if (missing.size() != 1) return std::nullopt;
    return Found{.detail = "\"" + missing.front() + "\" is not there"};
}

/// Strings behind the first empty one.
Answer entries_behind_an_empty_one(const std::vector<Observation>& seen, const Scene&) {
    const Observation& list = seen.front();
    Strings behind;
    for (std::size_t i = list.elements.size(); i < list.all.size(); ++i) {
        if (!list.all[i].empty()) behind.push_back(list.all[i]);
    }
    return naming("", behind, " behind an empty string");
}

Answer real_list_without_tspkg(const std::vector<Observation>& seen, const Scene&) {
    const Observation& list = seen.front();
    if (!list.is_present() || list.elements.empty() || names(list.elements, "tspkg")) {
        return std::nullopt;
    }
    return Found{.detail = "\"tspkg\" is not there"};
}

std::vector<Rule> harmful_lists() {
    return {
        {.code = "packages-replaced",
         .area = Area::lists,
         .places = {packages_list()},
         .since = Generation::xp,
         .until = Generation::win7,
         .cases = {{Severity::blocks,
                    {"neither kerberos nor msv1_0, but a string that holds several names",
                     all_packages_joined},
                    "nobody could log in: the list of ways to log in was joined into one string"},
                   {Severity::blocks,
                    {"neither kerberos nor msv1_0", both_stock_packages_missing},
                    "nobody could log in: the list of ways to log in was replaced"}},
         .means =
             "Before Windows 8.1 this list is all that Windows loads; one that was replaced by "
             "tspkg alone takes the packages away that check a password.",
         .advice =
             "put the stock packages in front of what is there, from the recovery environment",
         .repair = stock_packages()},
        {.code = "packages-incomplete",
         .area = Area::lists,
         .places = {packages_list()},
         .since = Generation::xp,
         .until = Generation::win7,
         .cases = {{Severity::may_block,
                    {"only one of kerberos and msv1_0", one_stock_package_missing},
                    "one of the ways to log in is missing"}},
         .means = "kerberos checks domain users, msv1_0 local ones; before Windows 8.1 only what "
                  "this list names is loaded.",
         .advice = "add the missing package, from the recovery environment",
         .repair = stock_packages()},
        {.code = "os-config-without-tspkg",
         .area = Area::lists,
         .places = {os_config_list()},
         .since = Generation::win8,
         .cases = {{Severity::may_block,
                    {"a list without tspkg", real_list_without_tspkg},
                    "the list of ways to log in that Windows itself keeps lacks network level "
                    "authentication"}},
         .means = "Windows 8.1 takes its stock packages from this list; nobody but Windows may "
                  "write it.",
         .advice =
             "nlafix fix adds tspkg to the list beside it; repair Windows (sfc, DISM) when it "
             "can be reached"},
        {.code = "packages-behind-empty",
         .area = Area::lists,
         .places = {packages_list()},
         .cases = {{Severity::note,
                    {"strings behind an empty one", entries_behind_an_empty_one},
                    "a part of the list of ways to log in is not read"}},
         .means = "Windows reads this list as far as the first empty string; what stands behind it "
                  "does nothing.",
         .advice = "move them in front of it, if they are wanted; fix puts tspkg there"},
    };
}

/// Both lists have these; each is a code of its own, for its words differ.
std::vector<Rule> mistaken_entries() {
    std::vector<Rule> all;
    const auto add = [&all](const char* code, const Place& list, Condition condition,
                            const char* says, const char* means) {
        all.push_back({.code = code,
                       .area = Area::lists,
                       .places = {list},
                       .cases = {{Severity::note, std::move(condition), says}},
                       .means = means,
                       .advice = "put the names in one by one at the console of Windows"});
    };
    const char* joined = "a name in it with another one, a blank, a comma or a literal \\0";
    const char* joined_means =
        "A script joined the list into one string, which Windows takes for one name and does not "
        "find.";
    const char* misspelt = "a path, or a name of Windows as the other list spells it";
    const char* misspelt_means =
        "Packages are listed by name (tspkg), providers by file (credssp.dll), neither with a "
        "path; an entry that is spelled otherwise does nothing.";
    const auto wrong = [](const std::vector<Observation>& seen, const Scene& scene) {
        Answer path = mistaken<Mistake::path>(seen, scene);
        return path ? path : mistaken<Mistake::misspelt>(seen, scene);
    };
    add("packages-joined", packages_list(), {joined, mistaken<Mistake::joined>},
        "several ways to log in stand in one string, which does nothing", joined_means);
    add("providers-joined", providers_list(), {joined, mistaken<Mistake::joined>},
        "several security providers stand in one string, which does nothing", joined_means);
    add("package-misspelt", packages_list(), {misspelt, wrong},
        "a way to log in is listed under a wrong name, which does nothing", misspelt_means);
    add("provider-misspelt", providers_list(), {misspelt, wrong},
        "a security provider is listed under a wrong name, which does nothing", misspelt_means);
    return all;
}

std::vector<Rule> foreign_and_double_entries() {
    return {
        {.code = "disguised-package",
         .area = Area::lists,
         .places = {packages_list()},
         .cases = {{Severity::note,
                    {"a shipped name with an invisible character in it", disguised_packages},
                    "a name in the list of ways to log in only looks like one that Windows ships"}},
         .means =
             "Windows does not take it for the one that it looks like: the entry does nothing, "
             "or it loads a DLL that hides behind a known name.",
         .advice = "take the entry out of the list; a DLL of that name in System32 is an implant"},
        {.code = "disguised-provider",
         .area = Area::lists,
         .places = {providers_list()},
         .cases = {{Severity::note,
                    {"a shipped name with an invisible character in it", disguised_providers},
                    "the name of a security provider only looks like one that Windows ships"}},
         .means =
             "Windows does not take it for the one that it looks like: the entry does nothing, "
             "or it loads a DLL that hides behind a known name.",
         .advice = "take the entry out of the list; a DLL of that name in System32 is an implant"},
        {.code = "unknown-package",
         .area = Area::lists,
         .places = {packages_list()},
         .cases = {{Severity::note,
                    {"a name that no Windows ships", unknown_packages},
                    "a part that no Windows ships sees every login"}},
         .means = "A single sign-on product may be why it is there, and so may be an implant that "
                  "steals passwords.",
         .advice = "find the DLL of that name in System32 and look who signed it"},
        {.code = "unknown-provider",
         .area = Area::lists,
         .places = {providers_list()},
         .cases = {{Severity::note,
                    {"a name that no Windows ships", unknown_providers},
                    "a security provider that no Windows ships is loaded"}},
         .means = "A vendor's product may be why it is there, and so may be an implant.",
         .advice = "find that DLL in System32 and look who signed it"},
        {.code = "unknown-os-config-package",
         .area = Area::lists,
         .places = {os_config_list()},
         .since = Generation::win8,
         .cases = {{Severity::note,
                    {"a name that no Windows ships", unknown_packages},
                    "the list that Windows itself keeps names a part that no Windows ships"}},
         .means = "Nobody but Windows writes this list, so somebody tampered with it.",
         .advice = "find the DLL of that name in System32 and look who signed it"},
        {.code = "duplicate-package",
         .area = Area::lists,
         .places = {packages_list()},
         .cases = {{Severity::note,
                    {"a name more than once", duplicates},
                    "a way to log in is listed twice"}},
         .means = "Windows does not mind; another tool has edited the list.",
         .advice = "nothing"},
        {.code = "duplicate-provider",
         .area = Area::lists,
         .places = {providers_list()},
         .cases = {{Severity::note,
                    {"a name more than once", duplicates},
                    "a security provider is listed twice"}},
         .means = "Windows does not mind; another tool has edited the list.",
         .advice = "nothing"},
    };
}

}  // namespace

std::vector<Rule> list_rules() {
    std::vector<Rule> all = harmful_lists();
    for (Rule& rule : mistaken_entries()) all.push_back(std::move(rule));
    for (Rule& rule : foreign_and_double_entries()) all.push_back(std::move(rule));
    return all;
}

}  // namespace nlafix::nla
