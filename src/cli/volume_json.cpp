// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/volume_json.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "cli/exit_status.h"
#include "cli/headline.h"
#include "cli/json_line.h"
#include "nlafix_version.h"

namespace nlafix::cli {
namespace {

using nlohmann::ordered_json;

ordered_json windows_json(const app::InstalledWindows& windows) {
    ordered_json json = {{"hive", windows.hive}, {"set_aside", windows.set_aside},
                         {"name", nullptr},      {"product", nullptr},
                         {"edition", nullptr},   {"release", nullptr},
                         {"build", nullptr},     {"generation", nullptr},
                         {"machine", nullptr},   {"verdict", nullptr},
                         {"says", nullptr},      {"next", nullptr},
                         {"error", nullptr}};
    if (windows.set_aside) return json;
    if (const auto& diagnosis = windows.report.diagnosis) {
        json["generation"] = word_of(diagnosis->windows.generation);
        if (const auto& version = diagnosis->windows.version) {
            json["name"] = name_of(*version);
            json["product"] = text_or_null(version->product);
            json["edition"] = text_or_null(version->edition);
            json["release"] = text_or_null(version->release);
            json["build"] = text_or_null(version->build);
        } else if (diagnosis->windows.sureness != system::Sureness::unknown) {
            json["name"] = name_of(diagnosis->windows.generation);
        }
    }
    json["machine"] = machine_json(windows.report.machine);
    json["verdict"] = status_word(windows.report);
    json["says"] = brief_headline(windows.report);
    json["next"] = text_or_null(windows.report.next);
    json["error"] = error_json(windows.report.error);
    return json;
}

ordered_json states_json(const app::Volume& volume) {
    ordered_json states = ordered_json::array();
    if (volume.hibernated) states.push_back("hibernated");
    if (volume.dirty) states.push_back("dirty");
    return states;
}

}  // namespace

std::string json_volume(const app::Volume& volume) {
    ordered_json json = {{"schema", "nlafix.volume/1"},
                         {"tool", NLAFIX_VERSION},
                         {"device", volume.device},
                         {"disk", volume.disk},
                         {"model", text_or_null(volume.model)},
                         {"format", text_or_null(volume.format)},
                         {"partition", volume.partition},
                         {"offset", volume.offset},
                         {"size_bytes", volume.size_bytes},
                         {"file_system", text_or_null(volume.file_system)},
                         {"label", text_or_null(volume.label)},
                         {"what", word_of(volume.role)},
                         {"mounted", volume.mounted},
                         {"held_by", volume.holders},
                         {"state", states_json(volume)},
                         {"windows", ordered_json::array()},
                         {"next", text_or_null(volume.next)},
                         {"error", error_json(volume.error)}};
    for (const app::InstalledWindows& windows : volume.windows) {
        json["windows"].push_back(windows_json(windows));
    }
    return json_line(std::move(json));
}

}  // namespace nlafix::cli
