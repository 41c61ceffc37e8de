// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/json_line.h"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/file_time.h"
#include "base/invisible.h"
#include "base/text.h"

namespace nlafix::cli {
namespace {

using nlohmann::ordered_json;

/// How much of a text, in bytes, and of an array is kept.
struct Limit {
    std::size_t text_bytes;
    std::size_t items;
};

// From what nobody misses to what always fits.
constexpr std::array<Limit, 4> limits = {{{4096, 2000}, {1024, 300}, {256, 60}, {64, 8}}};

bool is_path(const std::string& name) {
    return name == "path" || name == "hive";
}

/// Depth is that of our own objects, never of the input.
template <typename Change>
void for_each_text(ordered_json& json, const std::string& name, const Change& change) {
    if (json.is_string()) {
        change(json.get_ref<std::string&>(), name);
    } else if (json.is_object()) {
        for (auto& [key, value] : json.items()) for_each_text(value, key, change);
    } else if (json.is_array()) {
        for (ordered_json& item : json) for_each_text(item, "", change);
    }
}

void cut_arrays(ordered_json& json, std::size_t most_items) {
    if (json.is_array() && json.size() > most_items) {
        json.erase(json.begin() + static_cast<std::ptrdiff_t>(most_items), json.end());
    }
    if (!json.is_structured()) return;
    for (ordered_json& item : json) cut_arrays(item, most_items);
}

void shorten(ordered_json& json, const Limit& limit) {
    cut_arrays(json, limit.items);
    for_each_text(json, "", [&limit](std::string& text, const std::string& name) {
        if (!is_path(name)) text = shortened(text, limit.text_bytes);
    });
    json["shortened"] = true;
}

/// Only texts hold such characters, so an escape may stand in the place of each.
std::string with_escapes(std::string_view line) {
    std::string out;
    out.reserve(line.size());
    char number[16];
    while (!line.empty()) {
        const Utf8Character next = first_character(line);
        if (!is_invisible(next.character)) {
            out += line.substr(0, next.size_bytes);
        } else if (next.character < 0x10000) {
            std::snprintf(number, sizeof number, "\\u%04x", static_cast<unsigned>(next.character));
            out += number;
        } else {
            const auto rest = static_cast<unsigned>(next.character - 0x10000);
            std::snprintf(number, sizeof number, "\\u%04x\\u%04x", 0xd800 + (rest >> 10),
                          0xdc00 + (rest & 0x3ff));
            out += number;
        }
        line.remove_prefix(next.size_bytes);
    }
    return out;
}

}  // namespace

std::string json_line(ordered_json json, std::size_t most_bytes) {
    for_each_text(json, "",
                  [](std::string& text, const std::string&) { text = well_formed_utf8(text); });
    std::string line = with_escapes(json.dump());
    for (const Limit& limit : limits) {
        if (line.size() < most_bytes) break;
        shorten(json, limit);
        line = with_escapes(json.dump());
    }
    return line + "\n";
}

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
