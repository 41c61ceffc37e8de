// SPDX-License-Identifier: GPL-2.0-or-later
// Rules about the machine as a whole: whether it lets anybody log in, its licences, how it starts.
#include <algorithm>

#include "base/text.h"
#include "nla/conditions.h"

namespace nlafix::nla {
namespace {

using system::Generation;
using Seen = std::vector<Observation>;

constexpr const char* lsa = "Control\\Lsa";

bool names(const Observation& list, std::string_view entry) {
    return std::any_of(list.elements.begin(), list.elements.end(), [entry](const auto& element) {
        return equal_ignoring_ascii_case(std::string_view(element), entry);
    });
}

Answer lacks_msv1_0(const Seen& seen, const Scene&) {
    return found_if(seen.front().is_present() && !names(seen.front(), "msv1_0"));
}

Remedy put_msv1_0_in_front() {
    return {"msv1_0 in front of what is there", [](const Observation& seen, const Scene&) {
                std::vector<std::string> list = {"msv1_0"};
                list.insert(list.end(), seen.all.begin(), seen.all.end());
                return std::vector<Change>{strings_at(seen, list)};
            }};
}

Answer is_role_server_without_licences(const Seen& seen, const Scene& scene) {
    const Observation& mode = seen[0];
    const bool has_role = seen[1].is_present() && seen[1].number == 1;
    if (!has_role || !mode.is_present()) return std::nullopt;
    const bool wants_licences = mode.number == 2 || mode.number == 4 || mode.number == 5;
    const Observation policy =
        scene.look({HiveRole::software, policies_key, "LicenseServers", Content::text});
    const bool names_server = !seen[2].elements.empty() || !policy.text.empty();
    return found_if(wants_licences && !names_server);
}

Answer is_role_server(const Seen& seen, const Scene& scene) {
    const bool has_role = seen[1].is_present() && seen[1].number == 1;
    const bool wants_licences = seen[0].is_present() && seen[0].number != 1;
    return found_if(has_role && wants_licences && !is_role_server_without_licences(seen, scene));
}

Answer starts_into_a_prompt(const Seen& seen, const Scene&) {
    return found_if(seen[0].is_present() && seen[0].number == 2 &&
                    ascii_lower_case(seen[3].text).find("cmd") != std::string::npos);
}

Answer setup_goes_on(const Seen& seen, const Scene&) {
    std::vector<std::string> what;
    for (std::size_t i = 0; i < 3; ++i) {
        if (seen[i].is_present() && seen[i].number != 0) what.push_back(seen[i].place.value);
    }
    if (what.empty()) return std::nullopt;
    return Found{.detail = "not 0: " + quoted_once(what)};
}

Remedy no_setup() {
    return {"SYSTEM\\Setup: SetupType becomes 0, where a command prompt was left",
            [](const Observation& seen, const Scene& scene) -> std::vector<Change> {
                const Observation command =
                    scene.look({HiveRole::system_root, "Setup", "CmdLine", Content::text});
                const bool is_prompt =
                    ascii_lower_case(command.text).find("cmd") != std::string::npos;
                if (seen.place.value != "SetupType" || seen.number != 2 || !is_prompt) return {};
                return {number_at(seen, 0)};
            },
            true};
}

Place setup(const char* value, Content content = Content::number) {
    return {HiveRole::system_root, "Setup", value, content,
            content == Content::number ? std::vector<Stock>{{Generation::xp, 0}}
                                       : std::vector<Stock>{}};
}

constexpr const char* current_control_set = "CurrentControlSet";

Answer is_there(const Seen&, const Scene& scene) {
    const Observation seen =
        scene.look({HiveRole::system_root, current_control_set, "", Content::text});
    if (seen.state == Observation::State::absent_key) return std::nullopt;
    return Found{.seen = found_elsewhere(HiveRole::system_root, current_control_set, "", "a key")};
}

Answer went_back(const Seen& seen, const Scene&) {
    return found_if(seen.front().is_present() && seen.front().number != 0);
}

std::vector<Rule> who_gets_in() {
    return {
        {.code = "authentication-packages",
         .area = Area::logins,
         .places = {{HiveRole::system,
                     lsa,
                     "Authentication Packages",
                     Content::strings,
                     {{Generation::nt4, 0, "msv1_0"}}}},
         .since = Generation::xp,
         .cases = {{Severity::blocks,
                    {"a list without msv1_0", lacks_msv1_0},
                    "nobody could log in at all: the part of Windows that checks passwords is not "
                    "loaded"}},
         .means = "msv1_0 stands in this list on every Windows; without it no password is checked.",
         .repair = Repair{.does = "put it back",
                          .remedy = put_msv1_0_in_front(),
                          .risk = "What is in the list stays behind it; it is as shipped."}},
        {.code = "guest-only",
         .area = Area::logins,
         .places = {number_in(lsa, "forceguest", {{Generation::xp, 1}, {Generation::vista, 0}})},
         .since = Generation::vista,
         .cases = {{Severity::may_block,
                    {"1, on a machine in no domain",
                     [](const Seen& seen, const Scene& scene) {
                         return found_if(!scene.in_domain() && seen.front().is_present() &&
                                         seen.front().number == 1);
                     }},
                    "local users are logged in as Guest, who may not use Remote Desktop"}},
         .means = "Over the network every local user counts as Guest; with network level "
                  "authentication \"your credentials did not work\" is all that a user sees.",
         .repair = Repair{.does = "let users be themselves",
                          .remedy = set_number(0),
                          .risk = "Network logins get the rights of the user again; it is as "
                                  "shipped."}},
        {.code = "audit-full",
         .area = Area::logins,
         .places = {number_in(lsa, "crashonauditfail", {{Generation::xp, 0}})},
         .since = Generation::xp,
         .cases = {{Severity::may_block, is_number(2),
                    "only administrators get in: the security log was full once"}},
         .means =
             "The machine stops when the security log is full, and then lets in administrators "
             "alone until somebody sets the value back.",
         .beside = "then empty the security log",
         .repair = Repair{.does = "let everybody in again",
                          .remedy = set_number(1),
                          .risk = "The machine stops again when its security log is full."}},
    };
}

std::vector<Rule> how_it_starts() {
    return {
        {.code = "rds-grace",
         .area = Area::remote_desktop,
         .places = {number_in("Control\\Terminal Server\\RCM\\Licensing Core", "LicensingMode",
                              {{Generation::vista, 1}}),
                    number_in("Control\\Terminal Server", "TSAppCompat"),
                    {HiveRole::system, "Services\\TermService\\Parameters\\LicenseServers",
                     "SpecifiedLicenseServers", Content::strings}},
         .since = Generation::vista,
         .cases =
             {{Severity::may_block,
               {"the role is installed (TSAppCompat 1), the mode wants licences (2, 4, 5), and "
                "no license server is named",
                is_role_server_without_licences},
               "no license server is named: 120 days of grace may be over"},
              {Severity::note,
               {"the role is installed, and a license server is named", is_role_server},
               "the server asks a license server for every user"}},
         .means = "The role Remote Desktop Session Host refuses users without a licence; an "
                  "administrator still gets in with mstsc /admin.",
         .advice = "connect with mstsc /admin, and name a license server"},
        {.code = "setup-unfinished",
         .area = Area::startup,
         .scope = Scope::machine,
         .places = {setup("SetupType"), setup("SystemSetupInProgress"), setup("OOBEInProgress"),
                    setup("CmdLine", Content::text)},
         .since = Generation::xp,
         .cases = {{Severity::may_block,
                    {"SetupType 2 with a command prompt as CmdLine", starts_into_a_prompt},
                    "Windows starts into a command prompt: a trick for resetting passwords was "
                    "left behind"},
                   {Severity::may_block,
                    {"SetupType, SystemSetupInProgress or OOBEInProgress is not 0", setup_goes_on},
                    "Windows is in the middle of its setup"}},
         .means = "Until setup has ended, nobody can log in over the network.",
         .advice = "let setup end at the console",
         .repair = Repair{.does = "let Windows start as usual",
                          .remedy = no_setup(),
                          .risk = "Windows starts without the command prompt."}},
        {.code = "current-control-set-key",
         .area = Area::startup,
         .scope = Scope::machine,
         .looks_at = "the keys at the root of SYSTEM",
         .even_if_absent = true,
         .cases = {{Severity::note,
                    {"there is such a key", is_there},
                    "an edit went to a key CurrentControlSet, where Windows never looks"}},
         .means = "A running Windows makes CurrentControlSet a link to the control set that it "
                  "booted; in a "
                  "hive on a disk there is none, and what was set below one has no effect.",
         .advice = "set the same values below the control set that boots, then delete the key"},
        {.code = "select",
         .area = Area::startup,
         .scope = Scope::machine,
         .places =
             {{HiveRole::system_root, "Select", "Failed", Content::number, {{Generation::nt4, 0}}}},
         .cases = {{Severity::note,
                    {"Failed is not 0", went_back},
                    "a start failed, and Windows went back to an older control set"}},
         .means = "What was set up after the last good start may be missing in the set that starts "
                  "now.",
         .advice = "compare the two control sets: nlafix check --control-set all"},
    };
}

}  // namespace

std::vector<Rule> machine_rules() {
    std::vector<Rule> all = who_gets_in();
    for (Rule& rule : how_it_starts()) all.push_back(std::move(rule));
    return all;
}

}  // namespace nlafix::nla
