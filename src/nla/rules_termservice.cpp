// SPDX-License-Identifier: GPL-2.0-or-later
// Rules about TermService, the service that is Remote Desktop: whether it is there, can start, and
// is what Windows ships.
#include <algorithm>

#include "base/text.h"
#include "nla/conditions.h"
#include "nla/services.h"
#include "nla/system_path.h"
#include "regf/key_value.h"

namespace nlafix::nla {
namespace {

using system::Generation;
using Seen = std::vector<Observation>;

constexpr const char* service = "Services\\TermService";
constexpr const char* stock_dll = "%SystemRoot%\\System32\\termsrv.dll";
constexpr const char* stock_account = "NT Authority\\NetworkService";

bool exists(const Scene& scene) {
    return scene.has_key(service);
}

Place start() {
    return number_in(service, "Start", {{Generation::xp, 3}});
}

Place service_dll() {
    return text_in("Services\\TermService\\Parameters", "ServiceDll",
                   {{Generation::xp, 0, stock_dll}});
}

Place account() {
    return text_in(service, "ObjectName",
                   {{Generation::xp, 0, "LocalSystem"}, {Generation::vista, 0, stock_account}});
}

Place image() {
    return text_in(
        service, "ImagePath",
        {{Generation::xp, 0, "%SystemRoot%\\System32\\svchost -k DComLaunch"},
         {Generation::vista, 0, "%SystemRoot%\\System32\\svchost.exe -k NetworkService"}});
}

Answer is_gone(const Seen&, const Scene& scene) {
    return found_if(!exists(scene));
}

Answer names_no_dll(const Seen& seen, const Scene& scene) {
    return found_if(exists(scene) && (!seen.front().is_present() || seen.front().text.empty()));
}

bool is_wrapper(const Observation& dll) {
    return file_name(dll.text) == "rdpwrap.dll";
}

Answer names_a_wrapper(const Seen& seen, const Scene&) {
    return found_if(seen.front().is_present() && is_wrapper(seen.front()));
}

Answer names_another_dll(const Seen& seen, const Scene& scene) {
    const Observation& dll = seen.front();
    return found_if(dll.is_present() && !dll.text.empty() && !is_wrapper(dll) &&
                    below_windows(dll.text, scene) != "system32\\termsrv.dll");
}

/// Windows' own accounts for services, by the name behind the authority.
std::string built_in_account(std::string name) {
    name = ascii_lower_case(std::move(name));
    name.erase(std::remove(name.begin(), name.end(), ' '), name.end());
    for (const std::string authority : {"ntauthority\\", ".\\"}) {
        if (name.compare(0, authority.size(), authority) == 0) name.erase(0, authority.size());
    }
    if (name == "system") name = "localsystem";
    const bool is_known =
        name == "localsystem" || name == "localservice" || name == "networkservice";
    return is_known ? name : "";
}

bool is_expected(const std::string& built_in, Generation generation) {
    if (generation == Generation::unknown) return !built_in.empty();
    return built_in == (generation < Generation::vista ? "localsystem" : "networkservice");
}

Answer runs_as_somebody(const Seen& seen, const Scene&) {
    return found_if(seen.front().is_present() && built_in_account(seen.front().text).empty());
}

Answer runs_as_another(const Seen& seen, const Scene& scene) {
    if (!seen.front().is_present()) return std::nullopt;
    const std::string built_in = built_in_account(seen.front().text);
    return found_if(!built_in.empty() && !is_expected(built_in, scene.generation()));
}

Remedy set_stock_account() {
    return {"the stock account, NT Authority\\NetworkService (before Vista LocalSystem)",
            [](const Observation& seen, const Scene& scene) {
                const Generation generation = scene.generation();
                const bool is_old =
                    generation != Generation::unknown && generation < Generation::vista;
                return std::vector<Change>{
                    text_at(seen, regf::reg_sz, is_old ? "LocalSystem" : stock_account)};
            }};
}

/// The group behind -k, in small letters.
std::string group_of(const std::string& command_line) {
    const std::string text = ascii_lower_case(command_line);
    const std::size_t at = text.find(" -k ");
    if (at == std::string::npos) return {};
    const std::size_t first = text.find_first_not_of(' ', at + 4);
    if (first == std::string::npos) return {};
    return text.substr(first, text.find(' ', first) - first);
}

bool is_run_by_svchost(const Observation& image) {
    const std::string name = file_name(program_of(image.text));
    return name == "svchost.exe" || name == "svchost";
}

Answer is_no_svchost(const Seen& seen, const Scene&) {
    return found_if(seen.front().is_present() && !is_run_by_svchost(seen.front()));
}

Answer is_in_another_group(const Seen& seen, const Scene& scene) {
    if (!seen.front().is_present() || !is_run_by_svchost(seen.front())) return std::nullopt;
    const std::string group = group_of(seen.front().text);
    const Generation generation = scene.generation();
    const bool is_old = generation == Generation::unknown || generation < Generation::vista;
    const bool is_new = generation == Generation::unknown || generation >= Generation::vista;
    const bool is_stock = group == "termsvcs" || (is_new && group == "networkservice") ||
                          (is_old && (group == "dcomlaunch" || group == "netsvcs"));
    return found_if(!is_stock);
}

Answer is_no_service_type(const Seen& seen, const Scene&) {
    if (!seen.front().is_present()) return std::nullopt;
    const std::uint32_t type = seen.front().number;
    return found_if(type != 0x10 && type != 0x20 && type != 0x110 && type != 0x120);
}

Answer needs_a_broken_service(const Seen&, const Scene& scene) {
    auto broken = broken_dependency(scene, "TermService");
    if (!broken) return std::nullopt;
    const std::string what =
        broken->needs + (broken->is_missing ? ", which does not exist" : ", which is disabled");
    const bool is_own = ascii_lower_case(broken->service) == "termservice";
    return Found{
        is_own ? "" : broken->service + " needs it, and Remote Desktop needs " + broken->service,
        what, std::move(broken->seen)};
}

/// The base services that are started again; what the list of TermService names in vain is a
/// left-over of an older Windows.
std::vector<Change> mend_dependency(const Observation& seen, const Scene&) {
    if (seen.place.value == "DependOnService") {
        if (ascii_lower_case(seen.place.key) != "services\\termservice") return {};
        return {strings_at(seen, {"RPCSS"})};
    }
    const std::string name = file_name(seen.place.key);
    if (name == "termdd") return {number_at(seen, 1)};
    const bool is_base = name == "rpcss" || name == "dcomlaunch" || name == "rpceptmapper";
    if (!is_base) return {};
    return {number_at(seen, 2)};
}

std::vector<Rule> whether_it_is_there() {
    return {
        {.code = "termservice-missing",
         .area = Area::services,
         .places = {start()},
         .since = Generation::xp,
         .even_if_absent = true,
         .cases = {{Severity::blocks,
                    {"the key is absent", is_gone},
                    "Remote Desktop is not there: its service was removed"}},
         .means =
             "TermService, the service that is Remote Desktop, has no key any more, so nothing "
             "listens.",
         .advice = "put SYSTEM back from a backup, or import the key from a machine with the same "
                   "build"},
        {.code = "termservice-disabled",
         .area = Area::services,
         .places = {start()},
         .since = Generation::xp,
         .cases = {{Severity::blocks, is_number(4),
                    "Remote Desktop would not start: TermService, its service, is disabled"}},
         .means = "Windows never starts the Remote Desktop service, so that nothing listens.",
         .repair = Repair{.does = "let it start",
                          .remedy = set_number(3),
                          .risk = "The service runs again; somebody may have disabled it on "
                                  "purpose."}},
        {.code = "service-dependency",
         .area = Area::services,
         .places = {dependencies_of("TermService")},
         .looks_at = "`DependOnService` and `Start` of every service on the way",
         .subject = "another service, which is missing or disabled",
         .since = Generation::xp,
         .cases = {{Severity::blocks,
                    {"a service on the way does not exist, or its Start is 4",
                     needs_a_broken_service},
                    "Remote Desktop would not start: its service needs {}"}},
         .means = "Windows starts a service only when everything it depends on has started (error "
                  "1068).",
         .advice = "a service that is missing comes back from a backup, or from a machine with the "
                   "same build",
         .repair = Repair{.does = "let the base service start, or take the left-over name out",
                          .remedy = {"Start of RpcSs, DcomLaunch or RpcEptMapper: 2, of TermDD: 1; "
                                     "a name that does not exist: DependOnService of TermService "
                                     "becomes RPCSS",
                                     mend_dependency, true},
                          .risk = "The service runs again; it is as shipped."}},
    };
}

std::vector<Rule> whether_it_is_stock() {
    return {
        {.code = "termservice-dll",
         .area = Area::services,
         .places = {service_dll()},
         .since = Generation::xp,
         .even_if_absent = true,
         .cases = {{Severity::blocks,
                    {"absent or empty", names_no_dll},
                    "Remote Desktop would not start: its service does not say which DLL it is"},
                   {Severity::blocks,
                    {"another file than system32\\termsrv.dll", names_another_dll},
                    "Remote Desktop would not start: its service loads another DLL than "
                    "termsrv.dll"},
                   {Severity::may_block,
                    {"a path that ends in rdpwrap.dll", names_a_wrapper},
                    "a third-party wrapper stands in front of Remote Desktop; it breaks when "
                    "Windows is updated"}},
         .means = "The service is a DLL, and Windows loads the one that is named here; every "
                  "Windows since XP ships with the same name.",
         .advice = "import the key TermService\\Parameters from a machine with the same build",
         .repair = Repair{.does = "name the DLL that Windows ships",
                          .remedy = {std::string(stock_dll) + " (REG_EXPAND_SZ)",
                                     [](const Observation& seen, const Scene&) {
                                         return std::vector<Change>{
                                             text_at(seen, regf::reg_expand_sz, stock_dll)};
                                     }},
                          .risk = "A wrapper's effect ends: Home editions take no connections "
                                  "again, and several sessions at once are over."}},
        {.code = "termservice-account",
         .area = Area::services,
         .places = {account()},
         .since = Generation::xp,
         .cases = {{Severity::blocks,
                    {"no account that Windows has for services", runs_as_somebody},
                    "Remote Desktop would not start: its service runs under an account that does "
                    "not exist"},
                   {Severity::may_block,
                    {"another account than the stock one", runs_as_another},
                    "the Remote Desktop service runs under another account than the group it "
                    "shares a process with"}},
         .means = "The service shares a process with others, and Windows refuses to start it under "
                  "another account than theirs (error 1079).",
         .repair = Repair{.does = "set the stock account",
                          .remedy = set_stock_account(),
                          .risk = "The service runs with the rights that Windows gives it."}},
        {.code = "termservice-image",
         .area = Area::services,
         .places = {image()},
         .since = Generation::xp,
         .cases = {{Severity::blocks,
                    {"a program other than svchost", is_no_svchost},
                    "Remote Desktop would not start: its service is another program than Windows "
                    "ships"},
                   {Severity::may_block,
                    {"another group than the stock one", is_in_another_group},
                    "the Remote Desktop service runs in a group that is not its own"}},
         .means = "The service runs inside svchost.exe, in the group that -k names.",
         .advice = "set the stock command line at the console of Windows, or put SYSTEM back "
                   "from a backup"},
        {.code = "termservice-type",
         .area = Area::services,
         .places = {number_in(service, "Type", {{Generation::xp, 0x20}})},
         .since = Generation::xp,
         .cases = {{Severity::may_block,
                    {"none of 0x10, 0x20, 0x110, 0x120", is_no_service_type},
                    "the Remote Desktop service is not marked as a service"}},
         .means =
             "A program that runs as a service is of type 0x10 or 0x20; Windows does not start "
             "another one as a service.",
         .advice = "set it to 0x20 at the console of Windows"},
    };
}

}  // namespace

std::vector<Rule> termservice_rules() {
    std::vector<Rule> all = whether_it_is_there();
    for (Rule& rule : whether_it_is_stock()) all.push_back(std::move(rule));
    return all;
}

}  // namespace nlafix::nla
