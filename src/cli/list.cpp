// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/volume_list.h"
#include "cli/exit_status.h"
#include "cli/text_report.h"
#include "cli/volume_json.h"
#include "cli/volume_table.h"
#include "os/apart.h"
#include "os/block_devices.h"
#include "os/terminal.h"

namespace nlafix::cli {
namespace {

using nlohmann::json;
using Lines = std::vector<std::string>;

// A disk that says nothing for so long is one that hangs.
constexpr std::chrono::seconds patience{8};
constexpr std::size_t most_at_once = 32;

void say(const std::string& message, const std::string& hint) {
    static_cast<void>(os::write_all(os::Stream::errors, error_text(message, hint)));
}

std::vector<app::ListTarget> targets_of(const Invocation& invocation, os::System& system) {
    std::vector<app::ListTarget> targets;
    for (const std::string& path : invocation.targets) targets.push_back({path, {}});
    if (!targets.empty()) return targets;
    for (os::DiskEntry& disk : os::disks_of_machine(system)) {
        const std::string path = disk.path;
        targets.push_back({path, std::move(disk)});
    }
    return targets;
}

std::string silent_volume(const app::ListTarget& target) {
    app::Volume volume;
    volume.device = target.path;
    volume.disk = target.path;
    volume.size_bytes = target.entry.size_bytes;
    volume.model = target.entry.model;
    volume.role = app::VolumeRole::unreadable;
    volume.error = Error(ErrorCode::io_error, "does not answer; it was left alone")
                       .path(target.path)
                       .hint("look at its cable and at the kernel's log (dmesg)");
    return json_volume(volume);
}

/// A line for each volume, in the order of the targets.
Lines look(const std::vector<app::ListTarget>& targets, const Invocation& invocation,
           os::System& system, const std::function<bool()>& was_interrupted) {
    const auto mounts = os::mounts_of_devices(system);
    const auto work = [&](std::size_t index, const os::Emit& emit) {
        app::list_volumes(system, targets[index], mounts, invocation.options,
                          [&](const app::Volume& volume) { emit(json_volume(volume)); });
    };
    const auto results =
        os::run_apart(targets.size(), most_at_once, patience, work, was_interrupted);
    Lines lines;
    for (std::size_t i = 0; i < results.size(); ++i) {
        lines.insert(lines.end(), results[i].pieces.begin(), results[i].pieces.end());
        if (!results[i].finished) lines.push_back(silent_volume(targets[i]));
    }
    return lines;
}

struct Count {
    std::size_t windows = 0;
    std::size_t unreadable = 0;
    std::size_t no_permission = 0;
    bool can_be_opened = false;  // something has a way in
};

Count count(const Lines& lines) {
    Count count;
    for (const std::string& line : lines) {
        const json volume = json::parse(line);
        count.windows += volume.at("windows").size();
        count.can_be_opened = count.can_be_opened || volume.at("next").is_string();
        if (volume.at("what") != "unreadable") continue;
        ++count.unreadable;
        if (volume.at("error").at("code") == "no-permission") ++count.no_permission;
    }
    return count;
}

void explain_none(const Count& count, const Lines& lines, bool whole_machine) {
    const std::string on =
        std::to_string(lines.size()) + (lines.size() == 1 ? " volume" : " volumes");
    if (count.no_permission != 0) {
        say("no Windows was found: " + std::to_string(count.no_permission) + " of " + on +
                " may not be read",
            "run it as root");
    } else if (count.can_be_opened) {
        say("no Windows was found on " + on + " as they are",
            "unlock or put together what the list shows, then list again");
    } else {
        say("no Windows was found on " + on,
            whole_machine ? "attach its disk, or name an image: nlafix list server.qcow2"
                          : "nlafix list, without a TARGET, looks at every disk of this machine");
    }
}

}  // namespace

int run_list(const Invocation& invocation, os::System& system,
             const std::function<bool()>& was_interrupted) {
    std::vector<app::ListTarget> targets;
    try {
        targets = targets_of(invocation, system);
    } catch (const Error& error) {
        say(error.message(), error.hint());
        return exit_status_of(error.code());
    }
    const Lines lines = look(targets, invocation, system, was_interrupted);
    if (was_interrupted()) {
        say("interrupted before everything was looked at", "run it again");
        return status_interrupted;
    }
    std::string text;
    if (invocation.json) {
        for (const std::string& line : lines) text += line;
    } else {
        text = volume_table(lines, invocation.columns);
    }
    if (!os::write_all(os::Stream::output, text)) return status_io;
    const Count found = count(lines);
    if (found.windows != 0) return status_done;
    explain_none(found, lines, invocation.targets.empty());
    return status_missing;
}

}  // namespace nlafix::cli
