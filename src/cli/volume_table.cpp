// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/volume_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"
#include "cli/help.h"

namespace nlafix::cli {
namespace {

using nlohmann::json;

constexpr std::size_t size_columns = 11;
constexpr std::size_t fewest_columns = 50;

std::string text_of(const json& object, const char* field) {
    const json& value = object.at(field);
    return value.is_string() ? escaped(value.get<std::string>()) : "";
}

std::string joined(const json& list) {
    std::string text;
    for (const json& item : list)
        text += (text.empty() ? "" : ", ") + escaped(item.get<std::string>());
    return text;
}

std::string words_of(const std::string& what) {
    static constexpr std::pair<const char*, const char*> words[] = {
        {"esp", "EFI system partition"},
        {"reserved", "Microsoft reserved partition"},
        {"recovery", "Windows recovery partition"},
        {"bitlocker", "locked by BitLocker"},
        {"luks", "locked by LUKS"},
        {"lvm-member", "part of an LVM volume group"},
        {"raid-member", "part of an array"},
        {"ldm-member", "part of a Windows dynamic disk"},
        {"storage-spaces-member", "part of a Storage Spaces pool: attach all of it to a Windows"},
        {"swap", "swap"},
        {"live-medium", "the medium of this live system"},
        {"empty", "empty: zeros at its start"},
        {"data", "no Windows on it"},
        {"unreadable", "cannot be read"},
    };
    for (const auto& [word, meaning] : words) {
        if (what == word) return meaning;
    }
    return "unknown content";
}

/// One Windows, or a volume without one, and below it what to type next.
struct Part {
    std::vector<std::string> details;  // each broken at the width
    std::string command;               // may be empty
};

/// One volume: its columns, and what stands below in the last one.
struct Row {
    std::string disk;  // for a line above the first of its volumes; may be empty
    std::string device;
    std::string size;
    std::vector<Part> parts;
};

/// "WEB01, last shut down 2026-11-22T10:52:07Z"
void add_machine(Part& part, const json& machine) {
    const std::string name = text_of(machine, "computer_name");
    const std::string shutdown = text_of(machine, "last_shutdown");
    std::string text = name;
    if (!shutdown.empty())
        text += (name.empty() ? "last shut down " : ", last shut down ") + shutdown;
    if (!text.empty()) part.details.push_back(text);
}

/// `is_alone`: the volume has no other.
Part part_of(const json& windows, bool is_alone) {
    Part part;
    const std::string name = text_of(windows, "name");
    if (windows.at("set_aside").get<bool>()) {
        part.details.push_back("a Windows that was set aside: " + text_of(windows, "hive"));
        return part;
    }
    const std::string what = name.empty() ? "a Windows" : name;
    part.details.push_back(name.empty() || !is_alone ? what + ": " + text_of(windows, "hive")
                                                     : what);
    if (windows.at("machine").is_object()) add_machine(part, windows.at("machine"));
    const json& error = windows.at("error");
    part.details.push_back(error.is_object() ? text_of(error, "message")
                                             : text_of(windows, "says"));
    if (windows.at("next").is_string()) part.command = windows.at("next");
    return part;
}

/// What goes for the volume whatever is on it: "NTFS "Daten", mounted on /mnt, hibernated".
std::string volume_text(const json& volume) {
    std::string text = text_of(volume, "file_system");
    if (volume.at("what") != "windows") {
        const std::string words = words_of(volume.at("what").get<std::string>());
        text = text.empty() || text == words || text == "empty" ? words : text + ", " + words;
    }
    const std::string label = text_of(volume, "label");
    if (!label.empty()) text += fmt::format(", \"{}\"", label);
    const std::string model = text_of(volume, "model");
    if (!model.empty()) text += ", on " + model;
    if (!volume.at("mounted").empty()) text += ", mounted on " + joined(volume.at("mounted"));
    if (!volume.at("held_by").empty()) text += ", used by " + joined(volume.at("held_by"));
    if (!volume.at("state").empty()) text += ", " + joined(volume.at("state"));
    return text;
}

Row row_of(const json& volume) {
    Row row;
    row.device = text_of(volume, "device");
    const auto partition = volume.at("partition").get<std::uint32_t>();
    if (partition != 0 && volume.at("device") == volume.at("disk")) {
        row.disk = row.device;  // its volumes have no names of their own
        row.device = fmt::format("  {}", partition);
    }
    const auto size = volume.at("size_bytes").get<std::uint64_t>();
    if (size != 0) row.size = size_text(size);
    const json& all = volume.at("windows");
    for (const json& windows : all) row.parts.push_back(part_of(windows, all.size() == 1));
    if (row.parts.empty()) row.parts.emplace_back();
    Part& last = row.parts.back();
    last.details.push_back(volume_text(volume));
    if (volume.at("error").is_object()) {
        last.details.push_back(text_of(volume.at("error"), "message"));
    }
    if (volume.at("next").is_string()) last.command = volume.at("next");
    return row;
}

std::string text_of(const Row& row, std::size_t device_columns, std::size_t columns) {
    const std::size_t indent = device_columns + size_columns;
    std::string text = row.device;
    if (text.size() + 2 > device_columns) {
        text += '\n' + std::string(device_columns, ' ');
    } else {
        text.resize(device_columns, ' ');
    }
    text += fmt::format("{:<{}}", row.size, size_columns);
    std::string before;  // the first line has its columns
    for (const Part& part : row.parts) {
        for (const std::string& detail : part.details) {
            text += before + wrapped(detail, columns, indent, indent) + '\n';
            before = std::string(indent, ' ');
        }
        if (!part.command.empty()) text += "    " + part.command + '\n';
    }
    return text;
}

}  // namespace

std::string volume_table(const std::vector<std::string>& lines, std::size_t columns) {
    columns = std::max(columns, fewest_columns);
    std::vector<Row> rows;
    std::size_t device_columns = 8;
    for (const std::string& line : lines) {
        rows.push_back(row_of(json::parse(line)));
        // A long name has a line for itself, and does not take the room from all others.
        if (rows.back().device.size() + 2 <= columns / 4) {
            device_columns = std::max(device_columns, rows.back().device.size() + 2);
        }
    }
    if (rows.empty()) return "";
    std::string text = fmt::format("{:<{}}{:<{}}{}\n", "DEVICE", device_columns, "SIZE",
                                   size_columns, "WHAT IT IS, AND WHAT TO TYPE NEXT");
    std::string disk;
    for (const Row& row : rows) {
        if (!row.disk.empty() && row.disk != disk) text += row.disk + ", partition\n";
        disk = row.disk;
        text += text_of(row, device_columns, columns);
    }
    return text;
}

}  // namespace nlafix::cli
