// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/manifest.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/digest.h"
#include "base/error.h"
#include "base/text.h"
#include "commit/hex.h"
#include "nlafix_version.h"
#include "os/file.h"
#include "regf/base_block.h"

namespace nlafix::commit {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t page_bytes = regf::page_size_bytes;
constexpr std::uint64_t most_manifest_bytes = std::uint64_t{1} << 28;
constexpr const char* schema = "nlafix.manifest/1";
constexpr std::size_t most_logs = 16;  // a folder may hold names that differ in case alone
constexpr std::string_view state_field = "\"state\":\"";

struct StateWord {
    State state;
    const char* word;
};
constexpr std::array<StateWord, 6> state_words = {{{State::prepared, "prepared"},
                                                   {State::writing, "writing"},
                                                   {State::written, "written"},
                                                   {State::undoing, "undoing"},
                                                   {State::logging, "logging"},
                                                   {State::undone, "undone"}}};

constexpr std::size_t state_width = std::string_view("prepared\"").size();

/// The word, its closing quote, and blanks up to the width of the longest.
std::string padded_word(State state) {
    const auto found =
        std::find_if(state_words.begin(), state_words.end(),
                     [state](const StateWord& entry) { return entry.state == state; });
    std::string text = std::string(found->word) + "\"";
    text.resize(state_width, ' ');
    return text;
}

[[noreturn]] void throw_malformed(const std::string& what) {
    throw Error(ErrorCode::malformed_backup, "the manifest of the backup " + what)
        .hint(
            "copy the .bak file over the hive by hand if you know that it belongs to it; nothing "
            "was changed");
}

Bytes bytes_from_hex(const std::string& text) {
    auto bytes = bytes_of_hex(text);
    if (!bytes) throw_malformed("has bytes that are not hexadecimal");
    return *std::move(bytes);
}

ordered_json json_of(const Fingerprint& fingerprint) {
    return {{"size_bytes", fingerprint.size_bytes},
            {"xxh3_128", fingerprint.digest},
            {"pages_xxh3_128", fingerprint.pages}};
}

Fingerprint fingerprint_from(const ordered_json& json) {
    Fingerprint fingerprint;
    fingerprint.size_bytes = json.at("size_bytes").get<std::uint64_t>();
    fingerprint.digest = json.at("xxh3_128").get<std::string>();
    fingerprint.pages = json.at("pages_xxh3_128").get<std::vector<std::string>>();
    if (fingerprint.pages.size() != (fingerprint.size_bytes + page_bytes - 1) / page_bytes) {
        throw_malformed("has not as many pages as its size needs");
    }
    return fingerprint;
}

Bytes bytes_of(const std::string& text) {
    Bytes bytes;
    bytes.reserve(text.size());
    for (const char c : text) bytes.push_back(static_cast<std::byte>(c));
    return bytes;
}

std::string text_of(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A path need not be UTF-8, JSON text must be.
void put_path(ordered_json& json, const std::string& path) {
    if (well_formed_utf8(path) == path) {
        json["target"] = path;
    } else {
        json["target_hex"] = hex_of(bytes_of(path));
    }
}

std::string path_from(const ordered_json& json) {
    if (json.contains("target_hex")) {
        return text_of(bytes_from_hex(json.at("target_hex").get<std::string>()));
    }
    return json.at("target").get<std::string>();
}

ordered_json json_of(const std::vector<LogCopy>& logs) {
    ordered_json json = ordered_json::array();
    for (const LogCopy& log : logs) {
        json.push_back(
            {{"name_hex", hex_of(bytes_of(log.name))},
             {"size_bytes", log.before.size()},
             {"xxh3_128", digest_of(log.before)},
             {"bytes", hex_of(log.before)},
             {"after", {{"size_bytes", log.after_size_bytes}, {"xxh3_128", log.after_digest}}}});
    }
    return json;
}

/// A log of the hive: a name in its folder, that of the hive with an ending that only logs have.
bool is_log_name(const std::string& name) {
    const auto dot = name.rfind('.');
    // What leads out of a folder, also on Windows.
    const std::string_view separators("/\\:\0", 4);
    if (dot == std::string::npos || dot == 0 ||
        name.find_first_of(separators) != std::string::npos) {
        return false;
    }
    std::string ending = name.substr(dot);
    std::transform(ending.begin(), ending.end(), ending.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return ending == ".LOG" || ending == ".LOG1" || ending == ".LOG2";
}

std::vector<LogCopy> logs_from(const ordered_json& json) {
    std::vector<LogCopy> logs;
    for (const ordered_json& entry : json) {
        LogCopy log;
        log.name = text_of(bytes_from_hex(entry.at("name_hex").get<std::string>()));
        if (!is_log_name(log.name)) throw_malformed("names a log that is none");
        log.before = bytes_from_hex(entry.at("bytes").get<std::string>());
        if (entry.at("size_bytes").get<std::uint64_t>() != log.before.size() ||
            entry.at("xxh3_128").get<std::string>() != digest_of(log.before)) {
            throw_malformed("has a log that is not what it describes");
        }
        log.after_size_bytes = entry.at("after").at("size_bytes").get<std::uint64_t>();
        log.after_digest = entry.at("after").at("xxh3_128").get<std::string>();
        const bool is_twice = std::any_of(logs.begin(), logs.end(), [&log](const LogCopy& other) {
            return other.name == log.name;
        });
        if (is_twice || logs.size() == most_logs) throw_malformed("names a log twice");
        logs.push_back(std::move(log));
    }
    return logs;
}

/// Where the state's word begins, if there is room for a whole one.
std::optional<std::size_t> place_of_state(std::string_view text) {
    const std::size_t field = text.substr(0, manifest_head_bytes).find(state_field);
    if (field == std::string_view::npos) return std::nullopt;
    const std::size_t word = field + state_field.size();
    if (text.size() < word + state_width) return std::nullopt;
    return word;
}

/// A state that was half written over another may have lost its closing quote.
std::string with_whole_state(std::string_view text) {
    std::string whole(text);
    if (const auto word = place_of_state(text)) {
        whole.replace(*word, state_width, padded_word(State::prepared));
    }
    return whole;
}

}  // namespace

Fingerprint fingerprint_of(ByteView image) {
    Fingerprint fingerprint;
    fingerprint.size_bytes = image.size();
    fingerprint.digest = digest_of(image);
    for (std::size_t at = 0; at < image.size(); at += page_bytes) {
        fingerprint.pages.push_back(
            digest_of(image.subspan(at, std::min(page_bytes, image.size() - at))));
    }
    return fingerprint;
}

std::map<std::uint64_t, Bytes> changed_pages(ByteView before, ByteView after) {
    const auto page_at = [](ByteView image, std::size_t at) {
        return at >= image.size() ? ByteView()
                                  : image.subspan(at, std::min(page_bytes, image.size() - at));
    };
    std::map<std::uint64_t, Bytes> pages;
    for (std::size_t at = 0; at < after.size(); at += page_bytes) {
        const ByteView page = page_at(after, at);
        if (!equal(page_at(before, at), page)) {
            pages[at / page_bytes] = Bytes(page.begin(), page.end());
        }
    }
    return pages;
}

Bytes rebuild_after(const Manifest& manifest, ByteView before) {
    Bytes after(before.begin(), before.end());
    constexpr std::uint64_t most_growth_bytes = std::uint64_t{1} << 28;
    if (manifest.after.size_bytes > before.size() + most_growth_bytes) {
        throw_malformed("names a size that no fix gives");
    }
    after.resize(manifest.after.size_bytes);
    for (const auto& [number, bytes] : manifest.changed_pages) {
        if (number > after.size() / page_bytes ||
            !range_is_inside(number * page_bytes, bytes.size(), after.size())) {
            throw_malformed("has a page behind the end of the hive");
        }
        std::copy(bytes.begin(), bytes.end(),
                  after.begin() + static_cast<std::ptrdiff_t>(number * page_bytes));
    }
    if (digest_of(after) != manifest.after.digest) {
        throw_malformed("does not fit the backup: its changed pages have another hash");
    }
    return after;
}

std::string to_json(const Manifest& manifest) {
    ordered_json json = {{"tool", NLAFIX_VERSION}, {"created", manifest.created}};
    put_path(json, manifest.target);
    json["method"] = manifest.log_first ? "log-first" : manifest.in_place ? "in-place" : "replace";
    json["edits"] = manifest.edits;
    json["before"] = json_of(manifest.before);
    json["after"] = json_of(manifest.after);
    ordered_json pages = ordered_json::object();
    for (const auto& [number, bytes] : manifest.changed_pages) {
        pages[std::to_string(number)] = hex_of(bytes);
    }
    json["changed_pages"] = std::move(pages);
    if (!manifest.logs.empty()) json["logs"] = json_of(manifest.logs);
    if (manifest.disk) json["disk"] = json_of(*manifest.disk);
    const std::string rest =
        json.dump(1, ' ', false, ordered_json::error_handler_t::replace).substr(1);
    return std::string("{\"schema\":\"") + schema + "\"," + std::string(state_field) +
           padded_word(manifest.state) + "," + rest + "\n";
}

Manifest parse_manifest(std::string_view text) {
    try {
        const ordered_json json = ordered_json::parse(with_whole_state(text));
        if (json.at("schema") != schema) throw_malformed("has another schema");
        Manifest manifest;
        manifest.state = state_in_head(text.substr(0, manifest_head_bytes));
        manifest.created = json.at("created").get<std::string>();
        manifest.target = path_from(json);
        manifest.in_place = json.at("method") == "in-place";
        manifest.log_first = json.at("method") == "log-first";
        if (json.contains("logs")) manifest.logs = logs_from(json.at("logs"));
        manifest.before = fingerprint_from(json.at("before"));
        manifest.after = fingerprint_from(json.at("after"));
        for (const auto& [number, hex] : json.at("changed_pages").items()) {
            if (number.empty() || number.size() > 9 ||
                number.find_first_not_of("0123456789") != std::string::npos) {
                throw_malformed("has a page without a number");
            }
            manifest.changed_pages[std::stoull(number)] = bytes_from_hex(hex.get<std::string>());
        }
        manifest.edits = json.at("edits").get<std::vector<std::string>>();
        if (json.contains("disk")) manifest.disk = disk_record_from(json.at("disk"));
        return manifest;
    } catch (const nlohmann::json::exception&) {
        throw_malformed("is no manifest of nlafix, or damaged");
    }
}

State state_in_head(std::string_view head) {
    const auto place = place_of_state(head);
    if (head.find(schema) == std::string_view::npos || !place) return State::prepared;
    const std::string_view word = head.substr(*place, state_width);
    for (const StateWord& entry : state_words) {
        const std::string quoted = std::string(entry.word) + "\"";
        if (word.starts_with(quoted)) return entry.state;
    }
    // A new manifest that is not whole yet ends here, or reads as zeros.
    return word.find('\0') == std::string_view::npos ? State::writing : State::prepared;
}

Manifest read_manifest(os::System& system, const std::string& path) {
    os::OpenOptions options;
    options.follow_links = false;
    const os::File file = os::File::open(system, path, options);
    if (file.status().kind != os::FileKind::regular) throw_malformed("is no regular file");
    if (file.status().size_bytes > most_manifest_bytes) throw_malformed("is too large");
    return parse_manifest(text_of(file.read_all(most_manifest_bytes)));
}

void put_state(os::System& system, const std::string& path, State state) {
    os::OpenOptions options;
    options.write = true;
    options.follow_links = false;
    os::File file = os::File::open(system, path, options);
    const std::string head = text_of(file.read_range(0, manifest_head_bytes));
    const auto place = place_of_state(head);
    if (!place) throw_malformed("has no state");
    // Whoever wrote it may have been killed before it was on the disk. A state other than
    // "prepared" has to stand in a whole manifest.
    file.flush();
    file.write_fully(bytes_of(padded_word(state)), *place);
    file.flush();
    file.close();
}

}  // namespace nlafix::commit
