// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/find_hive.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "os/file.h"
#include "os/path_syntax.h"
#include "os/paths.h"
#include "regf/base_block.h"

namespace nlafix::source {
namespace {

using Paths = std::vector<std::string>;

constexpr const char* hint_folder =
    "give the root of a mounted Windows volume, its Windows folder, its config folder, or the hive";

/// Files or folders at `parts` below `folder`, in any case; more than one where a case-sensitive
/// file system has several spellings.
Paths paths_below(os::System& system, const std::string& folder, const Paths& parts) {
    Paths found = {folder};
    for (const std::string& part : parts) {
        Paths next;
        for (const std::string& path : found) {
            const auto status = os::status_if_any(system, path, true);
            if (!status || status->kind != os::FileKind::folder) continue;
            for (const std::string& name : os::matching(os::names_in(system, path), part)) {
                next.push_back(os::join(path, name));
            }
        }
        found = std::move(next);
    }
    return found;
}

bool is_hive_file(os::System& system, const std::string& path) {
    const auto status = os::status_if_any(system, path, true);
    if (!status || status->kind != os::FileKind::regular) return false;
    const os::File file = os::File::open(system, path, {});
    return regf::has_hive_signature(file.read_range(0, 4));
}

std::string listed(const Paths& paths) {
    std::string text;
    for (const std::string& path : paths) text += (text.empty() ? "" : ", ") + path;
    return text;
}

/// The folder that --windows names.
std::string windows_folder_of(const std::string& hive) {
    return os::name_of(os::folder_of(os::folder_of(os::folder_of(hive))));
}

std::string only_one(const Paths& hives, const std::string& target) {
    if (hives.size() == 1) return hives.front();
    std::map<std::string, std::size_t> hives_in;
    for (const std::string& hive : hives) ++hives_in[windows_folder_of(hive)];
    std::vector<WindowsChoice> choices;
    choices.reserve(hives.size());
    for (const std::string& hive : hives) {
        const std::string folder = windows_folder_of(hive);
        const bool is_alone = hives_in[folder] == 1;
        choices.push_back(
            {0, hive, "", "", is_alone ? "--windows " + os::shell_quoted(folder) : ""});
    }
    throw Error(ErrorCode::several_windows, "holds more than one Windows")
        .path(target)
        .hint("choose one with --windows and the name of its folder, or give one of these files")
        .choices(std::move(choices));
}

struct FoundInRoot {
    Paths live;
    Paths set_aside;
};

/// The hives of all Windows folders directly below `root`.
FoundInRoot windows_in_root(os::System& system, const std::string& root) {
    FoundInRoot found;
    std::optional<Error> refused;
    for (const std::string& name : os::names_in(system, root)) {
        try {
            const Paths hives =
                paths_below(system, os::join(root, name),
                            Paths(hive_below_windows.begin(), hive_below_windows.end()));
            Paths& list = is_set_aside(name) ? found.set_aside : found.live;
            list.insert(list.end(), hives.begin(), hives.end());
        } catch (const Error& error) {
            // One that may not be read matters only if no other is the Windows folder.
            if (!refused) refused = error;
        }
    }
    if (found.live.empty() && refused) throw Error(*refused);
    return found;
}

/// The hive in the Windows folder of that name, live or set aside.
std::string hive_in_named(const FoundInRoot& found, const std::string& root,
                          const std::string& windows_folder) {
    Paths all = found.live;
    all.insert(all.end(), found.set_aside.begin(), found.set_aside.end());
    const auto of_folder = [&](const auto& is_it) {
        Paths hives;
        std::copy_if(all.begin(), all.end(), std::back_inserter(hives),
                     [&](const auto& hive) { return is_it(windows_folder_of(hive)); });
        return hives;
    };
    Paths named = of_folder([&](const std::string& name) { return name == windows_folder; });
    if (named.empty()) {
        named = of_folder([&](const std::string& name) {
            return equal_ignoring_ascii_case(std::string_view(name), windows_folder);
        });
    }
    if (!named.empty()) return only_one(named, root);
    throw Error(ErrorCode::no_windows, "holds no Windows in a folder \"" + windows_folder + '"')
        .path(root)
        .hint(all.empty() ? std::string(hint_folder) : "those with a Windows are: " + listed(all));
}

/// `folder` is the right one: its Windows has the folder of the hives, `config`, and not its
/// SYSTEM.
[[noreturn]] void throw_lost(os::System& system, const std::string& config,
                             const std::string& folder, const std::string& what) {
    std::string hint = "take SYSTEM from a backup";
    for (const std::string& copy : paths_below(system, config, {"RegBack", "SYSTEM"})) {
        if (is_hive_file(system, copy)) hint += ", or from " + os::shell_quoted(copy);
    }
    throw Error(ErrorCode::no_windows, "holds a Windows whose SYSTEM hive " + what + ": " + config)
        .path(folder)
        .hint(hint);
}

void refuse_lost_hive(os::System& system, const std::string& folder) {
    std::vector<std::string> places = {folder};
    for (const std::string& name : os::names_in(system, folder)) {
        places.push_back(os::join(folder, name));
    }
    for (const std::string& place : places) {
        for (const std::string& config : paths_below(system, place, {"System32", "config"})) {
            throw_lost(system, config, folder, "is gone");
        }
    }
}

std::string hive_in_folder(os::System& system, const std::string& folder,
                           const std::string& windows_folder) {
    if (!windows_folder.empty()) {
        return hive_in_named(windows_in_root(system, folder), folder, windows_folder);
    }
    Paths hives = paths_below(system, folder, {"SYSTEM"});
    std::erase_if(hives, [&](const std::string& path) {
        const auto status = os::status_if_any(system, path, true);
        return !status || status->kind != os::FileKind::regular;
    });
    if (hives.empty()) hives = paths_below(system, folder, {"config", "SYSTEM"});
    if (hives.empty()) hives = paths_below(system, folder, {"System32", "config", "SYSTEM"});
    if (!hives.empty()) return only_one(hives, folder);

    FoundInRoot found = windows_in_root(system, folder);
    if (found.live.size() > 1) {
        // A folder with a file that is no hive cannot be the one that boots.
        Paths usable;
        std::copy_if(found.live.begin(), found.live.end(), std::back_inserter(usable),
                     [&](const std::string& path) { return is_hive_file(system, path); });
        if (usable.size() == 1) found.live = usable;
    }
    if (!found.live.empty()) return only_one(found.live, folder);
    if (!found.set_aside.empty()) {
        throw Error(ErrorCode::no_windows,
                    "holds no live Windows, only what was set aside: " + listed(found.set_aside))
            .path(folder)
            .hint("give that file as TARGET if it is the one you mean");
    }
    refuse_lost_hive(system, folder);
    throw Error(ErrorCode::no_windows, "holds no Windows: no System32/config/SYSTEM in it")
        .path(folder)
        .hint(hint_folder);
}

bool is_inside(const std::string& path, const std::string& folder) {
    const std::string prefix = os::join(folder, "");
    return path.compare(0, prefix.size(), prefix) == 0;
}

}  // namespace

HiveLocation find_hive(os::System& system, const std::string& target,
                       const std::string& windows_folder) {
    const os::FileStatus status = os::status_of(system, target, true);
    if (status.kind == os::FileKind::regular) {
        return {TargetKind::hive, os::real_path_of(system, target)};
    }
    if (status.kind != os::FileKind::folder) {
        throw Error(ErrorCode::not_a_hive, "is neither a hive, a folder nor a disk")
            .path(target)
            .hint("give a SYSTEM hive, the root of a mounted Windows volume, or a disk or image");
    }
    const std::string found = hive_in_folder(system, target, windows_folder);
    if (!os::status_if_any(system, found, true)) {
        throw_lost(system, os::folder_of(found), target, "is a link that leads nowhere");
    }
    const std::string hive = os::real_path_of(system, found);
    if (!is_inside(hive, os::real_path_of(system, target))) {
        throw Error(ErrorCode::link_leads_out,
                    "a link in it leads to " + hive + ", which is not part of it")
            .path(target)
            .hint("give that file as TARGET if it is the one you mean");
    }
    if (os::status_of(system, hive, true).kind != os::FileKind::regular) {
        throw Error(ErrorCode::not_a_hive, "is no regular file").path(hive).hint(hint_folder);
    }
    return {TargetKind::folder, hive};
}

bool is_set_aside(std::string_view folder_name) {
    constexpr std::string_view old = ".old";
    const bool ends_in_old =
        folder_name.size() > old.size() &&
        equal_ignoring_ascii_case(folder_name.substr(folder_name.size() - old.size()), old);
    return ends_in_old || folder_name.starts_with('$') ||
           equal_ignoring_ascii_case(folder_name.substr(0, 12), "Windows.old.");
}

}  // namespace nlafix::source
