// SPDX-License-Identifier: GPL-2.0-or-later
// Rules about the files of Windows. None of them has a repair: nlafix copies no files.
#include <array>

#include "nla/conditions.h"

namespace nlafix::nla {
namespace {

using system::Generation;
using Seen = std::vector<Observation>;

/// A file below the Windows folder that Remote Desktop, or the login, cannot do without.
struct NeededFile {
    const char* path;
    Generation since;
    Generation until;
};
constexpr std::array<NeededFile, 11> needed_files = {{
    {"System32\\termsrv.dll", Generation::xp, Generation::win10},
    {"System32\\svchost.exe", Generation::xp, Generation::win10},
    {"System32\\lsasrv.dll", Generation::xp, Generation::win10},
    {"System32\\schannel.dll", Generation::xp, Generation::win10},
    {"System32\\tspkg.dll", Generation::vista, Generation::win10},
    {"System32\\credssp.dll", Generation::vista, Generation::win10},
    {"System32\\rdpcorekmts.dll", Generation::win7, Generation::win7},
    {"System32\\rdpcorets.dll", Generation::win8, Generation::win10},
    {"System32\\drivers\\tcpip.sys", Generation::xp, Generation::win10},
    {"System32\\drivers\\termdd.sys", Generation::xp, Generation::win7},
    {"System32\\drivers\\rdpwd.sys", Generation::xp, Generation::win7},
}};

Answer a_file_is_missing(const Seen&, const Scene& scene) {
    const Generation generation = scene.generation();
    std::string missing;
    std::string first;
    bool several = false;
    for (const NeededFile& file : needed_files) {
        // An unknown Windows might be any of them.
        const bool all_have_it = file.since == Generation::xp && file.until == Generation::win10;
        const bool has_it = generation == Generation::unknown
                                ? all_have_it
                                : file.since <= generation && generation <= file.until;
        if (!has_it) continue;
        const auto facts = scene.around().files->find(file.path);
        if (facts && facts->size_bytes != 0) continue;
        const std::string path = file.path;
        several = !first.empty();
        if (first.empty()) first = path;
        missing += (missing.empty() ? "" : ", ") + path.substr(path.rfind('\\') + 1) +
                   (facts ? " (empty)" : "");
    }
    if (missing.empty()) return std::nullopt;
    const std::size_t name_at = first.rfind('\\');
    return Found{.detail = several ? missing : "",
                 .subject = missing,
                 .seen = found_elsewhere(HiveRole::volume, first.substr(0, name_at),
                                         first.substr(name_at + 1), "missing")};
}

}  // namespace

std::vector<Rule> volume_rules() {
    return {
        {.code = "file-missing",
         .area = Area::files,
         .scope = Scope::machine,
         .needs = {HiveRole::volume},
         .looks_at = "the files of Windows that a login needs",
         .subject = "a file of Windows",
         .since = Generation::xp,
         .even_if_absent = true,
         .cases = {{Severity::blocks,
                    {"termsrv.dll, svchost.exe, lsasrv.dll, schannel.dll, tspkg.dll, credssp.dll, "
                     "rdpcorets.dll, rdpcorekmts.dll, tcpip.sys, termdd.sys or rdpwd.sys, where "
                     "this Windows has it, is absent or empty",
                     a_file_is_missing},
                    "Remote Desktop cannot work: the volume lacks {}"}},
         .means = "What needs the file does not start (error 126).",
         .advice = "repair the files of Windows: sfc /scannow /offbootdir=X:\\ "
                   "/offwindir=X:\\Windows from a recovery console"},
    };
}

}  // namespace nlafix::nla
