// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/json_parts.h"

#include <nlohmann/json.hpp>

#include "base/file_time.h"

namespace nlafix::cli {

using nlohmann::ordered_json;

ordered_json text_or_null(const std::string& text) {
    return text.empty() ? ordered_json(nullptr) : ordered_json(text);
}

ordered_json error_json(const std::optional<Error>& error) {
    if (!error) return nullptr;
    ordered_json json = {
        {"code", word_of(error->code())}, {"message", error->message()}, {"hint", error->hint()}};
    for (const WindowsChoice& choice : error->choices()) {
        json["choices"].push_back({{"partition", choice.partition},
                                   {"hive", choice.hive},
                                   {"volume", text_or_null(choice.volume)},
                                   {"name", text_or_null(choice.name)},
                                   {"options", text_or_null(choice.options)}});
    }
    return json;
}

ordered_json machine_json(const std::optional<system::Machine>& machine) {
    if (!machine) return nullptr;
    ordered_json json = {{"computer_name", text_or_null(machine->computer_name)},
                         {"domain", text_or_null(machine->domain)},
                         {"role", text_or_null(system::word_of(machine->role))},
                         {"last_shutdown", nullptr},
                         {"time_zone", text_or_null(machine->time_zone)},
                         {"platform", text_or_null(machine->platform)},
                         {"addresses", machine->addresses}};
    if (machine->last_shutdown) json["last_shutdown"] = utc_text(*machine->last_shutdown);
    return json;
}

}  // namespace nlafix::cli
