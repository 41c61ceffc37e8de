// SPDX-License-Identifier: GPL-2.0-or-later
// Rules about security descriptors: who may use the listener, and who the machine's keys. None of
// them has a repair: what the right descriptor is depends on who set the wrong one.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "nla/access_list.h"
#include "nla/conditions.h"
#include "nla/user_rights.h"

namespace nlafix::nla {
namespace {

using system::Generation;
using Seen = std::vector<Observation>;

template <std::size_t count>
using Sids = std::array<const char*, count>;

template <std::size_t count>
bool is_among(const Sids<count>& sids, const std::string& sid) {
    return std::find(sids.begin(), sids.end(), sid) != sids.end();
}

template <std::size_t count>
bool any_is_allowed(const AccessList& list, const Sids<count>& sids, std::uint32_t rights) {
    return std::any_of(sids.begin(), sids.end(),
                       [&](const char* sid) { return list.allows(sid, rights); });
}

// ---- The listener

constexpr const char* winstations = "Control\\Terminal Server\\WinStations";
constexpr std::uint32_t right_to_log_in = 0x20;  // WINSTATION_LOGON

/// Everyone, Authenticated Users, Remote Interactive Logon, Administrators, Users and Remote
/// Desktop Users: somebody who may log in is in one of them.
constexpr Sids<6> those_who_log_in = {"S-1-1-0",      "S-1-5-11",     "S-1-5-14",
                                      "S-1-5-32-544", "S-1-5-32-545", "S-1-5-32-555"};
constexpr Sids<2> those_who_never_do = {"S-1-5-7", "S-1-5-32-546"};  // Anonymous, Guests

/// The listener's own descriptor, else that of all listeners.
const Observation* descriptor_that_counts(const Seen& seen) {
    const auto found =
        std::find_if(seen.begin(), seen.end(), [](const Observation& o) { return o.is_present(); });
    return found == seen.end() ? nullptr : &*found;
}

Answer lets_no_group_in(const Seen& seen, const Scene&) {
    const Observation* descriptor = descriptor_that_counts(seen);
    if (descriptor == nullptr) return std::nullopt;
    const AccessList list(descriptor->data);
    if (any_is_allowed(list, those_who_log_in, right_to_log_in)) return std::nullopt;
    return Found{.seen = *descriptor};
}

Answer keeps_somebody_out(const Seen& seen, const Scene&) {
    const Observation* descriptor = descriptor_that_counts(seen);
    if (descriptor == nullptr) return std::nullopt;
    for (const std::string& sid : AccessList(descriptor->data).denied(right_to_log_in)) {
        if (is_among(those_who_never_do, sid)) continue;
        return Found{.detail = "denies " + account_name(sid), .seen = *descriptor};
    }
    return std::nullopt;
}

Rule listener_permissions() {
    return {.code = "listener-permissions",
            .area = Area::remote_desktop,
            .places = {{HiveRole::system, std::string(winstations) + "\\RDP-Tcp", "Security",
                        Content::bytes},
                       {HiveRole::system,
                        winstations,
                        "DefaultSecurity",
                        Content::bytes,
                        {{Generation::xp, 0, "one that lets both groups in"}}}},
            .since = Generation::xp,
            .cases = {{Severity::may_block,
                       {"the one that counts gives neither Administrators nor Remote Desktop Users "
                        "the right to log in",
                        lets_no_group_in},
                       "the listener lets only accounts in that are named one by one"},
                      {Severity::may_block,
                       {"the one that counts denies somebody but guests the right to log in",
                        keeps_somebody_out},
                       "the listener keeps some accounts out"}},
            .means =
                "The listener has permissions beside the rights to log in, and they were "
                "changed.",
            .advice =
                "log in with an account that it lets in, and remove the value Security of "
                "RDP-Tcp, or copy DefaultSecurity from a machine of the same build"};
}

// ---- The machine's keys

constexpr const char* rsa_folder = "..\\ProgramData\\Microsoft\\Crypto\\RSA";
constexpr const char* keys_folder = "..\\ProgramData\\Microsoft\\Crypto\\RSA\\MachineKeys";
/// Of the key of the listener's own certificate; the MachineGuid follows.
constexpr std::string_view key_name = "f686aace6942fb7f7ceb231212eef4a4_";

// [MS-DTYP] 2.4.3, for files and folders.
constexpr std::uint32_t list_and_add = 0x3;
constexpr std::uint32_t read_and_write = 0x12019f;
constexpr std::uint32_t everything = 0x1f01ff;
constexpr std::uint32_t read_it = 0x1;

/// Everyone, Authenticated Users, services, NETWORK SERVICE: the service is in all of them.
constexpr Sids<4> those_of_the_service = {"S-1-1-0", "S-1-5-11", "S-1-5-6", "S-1-5-20"};
constexpr const char* local_system = "S-1-5-18";

std::string in_keys(const std::string& name) {
    return std::string(keys_folder) + "\\" + name;
}

/// The listener's keys, of this machine or another.
std::vector<std::string> listener_keys(const Scene& scene) {
    std::vector<std::string> keys =
        scene.around().files->names_in(keys_folder).value_or(std::vector<std::string>());
    std::erase_if(keys, [](const std::string& name) {
        return !ascii_lower_case(name).starts_with(key_name);
    });
    return keys;
}

/// The name that the key of this machine has; empty where nobody knows it.
std::string own_key(const Scene& scene) {
    const Observation guid =
        scene.look({HiveRole::software, "Microsoft\\Cryptography", "MachineGuid", Content::text});
    if (!guid.is_present() || guid.text.empty()) return {};
    return std::string(key_name) + ascii_lower_case(guid.text);
}

Observation seen_there(const std::string& name, const std::string& text) {
    return found_elsewhere(HiveRole::volume, keys_folder, name, text);
}

Answer own_key_is_empty(const Seen&, const Scene& scene) {
    const std::string name = own_key(scene);
    if (name.empty()) return std::nullopt;
    const auto file = scene.around().files->find(in_keys(name));
    if (!file || file->size_bytes != 0) return std::nullopt;
    return Found{.seen = seen_there(name, "empty")};
}

Answer only_keys_of_others(const Seen&, const Scene& scene) {
    const std::string own = own_key(scene);
    const std::vector<std::string> keys = listener_keys(scene);
    const bool has_own = std::any_of(keys.begin(), keys.end(), [&](const std::string& name) {
        return ascii_lower_case(name) == own;
    });
    if (own.empty() || keys.empty() || has_own) return std::nullopt;
    return Found{.seen = seen_there(keys.front(), "of another MachineGuid")};
}

Answer folder_is_gone(const Seen&, const Scene& scene) {
    const WindowsFiles& files = *scene.around().files;
    // A copy of the Windows folder alone has neither.
    if (!files.names_in(rsa_folder) || files.names_in(keys_folder)) return std::nullopt;
    return Found{.seen = found_elsewhere(HiveRole::volume, rsa_folder, "MachineKeys", "missing")};
}

/// Whether the service, or Windows itself, is denied `rights`.
bool denies_the_service(const AccessList& list, std::uint32_t rights) {
    const std::vector<std::string> denied = list.denied(rights);
    return std::any_of(denied.begin(), denied.end(), [](const std::string& sid) {
        return sid == local_system || is_among(those_of_the_service, sid);
    });
}

Answer keys_are_out_of_reach(const Seen&, const Scene& scene) {
    const WindowsFiles& files = *scene.around().files;
    const Bytes of_folder = files.security_of(keys_folder);
    if (!of_folder.empty()) {
        const AccessList list(of_folder);
        if (!any_is_allowed(list, those_of_the_service, list_and_add) ||
            denies_the_service(list, list_and_add)) {
            return Found{.detail = "of the folder", .seen = seen_there("", "security descriptor")};
        }
    }
    for (const std::string& name : listener_keys(scene)) {
        const Bytes of_key = files.security_of(in_keys(name));
        if (of_key.empty() || !denies_the_service(AccessList(of_key), read_it)) continue;
        return Found{.seen = seen_there(name, "denied to the service")};
    }
    return std::nullopt;
}

Answer rights_are_not_stock(const Seen&, const Scene& scene) {
    const Bytes descriptor = scene.around().files->security_of(keys_folder);
    if (descriptor.empty()) return std::nullopt;
    const AccessList list(descriptor);
    if (list.allows("S-1-1-0", read_and_write) && list.allows("S-1-5-32-544", everything)) {
        return std::nullopt;
    }
    return Found{.seen = seen_there("", "security descriptor")};
}

Rule machine_keys(const char* code, const char* looks_at, std::vector<Case> cases,
                  const char* means, const char* advice) {
    Rule rule;
    rule.code = code;
    rule.area = Area::certificate;
    rule.scope = Scope::machine;
    rule.needs = {HiveRole::volume};
    rule.looks_at = looks_at;
    rule.since = Generation::vista;
    rule.even_if_absent = true;
    rule.cases = std::move(cases);
    rule.means = means;
    rule.advice = advice;
    return rule;
}

}  // namespace

std::vector<Rule> access_rules() {
    Rule key = machine_keys(
        "rdp-key", "the listener's key in MachineKeys on the volume, and MachineGuid in SOFTWARE",
        {{Severity::may_block,
          {"the file f686aace6942fb7f7ceb231212eef4a4_MachineGuid is empty", own_key_is_empty},
          "the listener may have no certificate: the file of its key is empty"},
         {Severity::note,
          {"there are such files, but with other GUIDs alone", only_keys_of_others},
          "the machine's identity was changed, or it was cloned: the listener's key is of another "
          "one"}},
        "The key belongs to the certificate that Windows makes for the listener; Windows makes a "
        "new one where there is none.",
        "remove the file from a recovery console, so that Windows makes a new one");
    key.needs.push_back(HiveRole::software);
    return {
        listener_permissions(),
        machine_keys(
            "machinekeys-rights", "the folder MachineKeys on the volume, and its permissions",
            {{Severity::may_block,
              {"the folder is absent, and the one around it is there", folder_is_gone},
              "the listener may have no certificate: the folder of the machine's keys is gone"},
             {Severity::may_block,
              {"the service may not list the folder or add to it, or is denied a key",
               keys_are_out_of_reach},
              "the listener may have no certificate: its service may not use the machine's keys"},
             {Severity::note,
              {"Everyone may not read and write, or Administrators may not do everything",
               rights_are_not_stock},
              "the folder of the machine's keys has other permissions than Windows ships"}},
            "Without a key the listener has no certificate, and TLS fails (events 36870, 1058).",
            "make the folder MachineKeys again where it is gone, and give Everyone read and write "
            "and "
            "Administrators full control of it: icacls, from a recovery console"),
        std::move(key),
    };
}

}  // namespace nlafix::nla
