// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/journal.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/digest.h"
#include "base/error.h"
#include "base/text.h"
#include "commit/bounded_json.h"
#include "commit/hex.h"
#include "nlafix_version.h"
#include "os/file.h"

namespace nlafix::commit {
namespace {

using nlohmann::ordered_json;

constexpr const char* schema = "nlafix.manifest/2";
constexpr std::string_view state_field = "\"state\":\"";

// What a manifest may hold. A hive's changes are there twice, before and after, as two digits a
// byte, and once more in the log that is written first.
constexpr std::size_t most_depth = 6;
constexpr std::size_t most_epochs = 64;
constexpr std::size_t most_logs = 16;  // a folder may hold names that differ in case alone
constexpr std::uint64_t manifest_spare_bytes = std::uint64_t{4} << 20;
constexpr std::uint64_t manifest_bytes_per_hive_byte = 8;
constexpr std::uint64_t most_growth_bytes = std::uint64_t{1} << 28;
constexpr std::string_view log_suffixes[] = {".LOG", ".LOG1", ".LOG2"};
constexpr std::size_t disk_unit_bytes = 512;
/// The shortest text of a value that counts: each write of a journal has six, and more bytes.
constexpr std::size_t text_bytes_per_value = 8;

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
    std::string text = std::string(word_of(state)) + "\"";
    text.resize(state_width, ' ');
    return text;
}

[[noreturn]] void throw_malformed(const std::string& what) {
    throw Error(ErrorCode::malformed_backup, "the manifest of the backup " + what)
        .hint("the .bak file beside it is the hive as it was; nothing was changed");
}

ordered_json parse_bounded(const std::string& text) {
    auto json = parse_bounded_json(text, {most_depth, 64 + text.size() / text_bytes_per_value});
    if (!json) throw_malformed("is no manifest of nlafix, or damaged");
    return *std::move(json);
}

Bytes bytes_from(const ordered_json& json) {
    auto bytes = bytes_of_hex(json.get_ref<const std::string&>());
    if (!bytes) throw_malformed("has bytes that are not hexadecimal");
    return *std::move(bytes);
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
void put_text(ordered_json& json, const std::string& key, const std::string& text) {
    if (well_formed_utf8(text) == text) {
        json[key] = text;
    } else {
        json[key + "_hex"] = hex_of(bytes_of(text));
    }
}

std::string text_from(const ordered_json& json, const std::string& key) {
    if (json.contains(key + "_hex")) return text_of(bytes_from(json.at(key + "_hex")));
    return json.at(key).get<std::string>();
}

ordered_json json_of(const Fingerprint& fingerprint) {
    return {{"size_bytes", fingerprint.size_bytes}, {"xxh3_128", fingerprint.digest}};
}

Fingerprint fingerprint_from(const ordered_json& json) {
    return {json.at("size_bytes").get<std::uint64_t>(), json.at("xxh3_128").get<std::string>()};
}

ordered_json json_of(const JournalFile& file) {
    ordered_json json = ordered_json::object();
    if (!file.name.empty()) put_text(json, "name", file.name);
    json["before"] = json_of(file.before);
    json["after"] = json_of(file.after);
    return json;
}

/// A name in the hive's folder that Windows gives to logs.
bool is_log_name(const std::string& name) {
    const std::string_view bad("/\\:\0", 4);
    return name.find_first_of(bad) == std::string::npos &&
           std::ranges::any_of(log_suffixes, [&](std::string_view suffix) {
               return name.size() > suffix.size() &&
                      equal_ignoring_ascii_case(
                          std::string_view(name).substr(name.size() - suffix.size()), suffix);
           });
}

std::vector<JournalFile> files_from(const ordered_json& json) {
    std::vector<JournalFile> files;
    for (const ordered_json& entry : json) {
        JournalFile file{"", fingerprint_from(entry.at("before")),
                         fingerprint_from(entry.at("after"))};
        if (file.after.size_bytes > file.before.size_bytes + most_growth_bytes) {
            throw_malformed("names a size that no fix gives");
        }
        if (!files.empty()) {
            file.name = text_from(entry, "name");
            const bool is_twice =
                std::any_of(files.begin(), files.end(),
                            [&](const JournalFile& other) { return other.name == file.name; });
            if (!is_log_name(file.name) || is_twice) throw_malformed("names a log that is none");
        }
        files.push_back(std::move(file));
    }
    if (files.empty() || files.size() > most_logs + 1) throw_malformed("names no hive");
    return files;
}

ordered_json json_of(const std::vector<Epoch>& epochs) {
    ordered_json json = ordered_json::array();
    for (const Epoch& epoch : epochs) {
        ordered_json writes = ordered_json::array();
        for (const Write& write : epoch.writes) {
            writes.push_back({{"file", write.file},
                              {"offset", write.offset},
                              {"before", hex_of(write.before)},
                              {"after", hex_of(write.after)}});
        }
        ordered_json sizes = ordered_json::array();
        for (const Resize& resize : epoch.resizes) {
            sizes.push_back({{"file", resize.file},
                             {"before", resize.before_bytes},
                             {"after", resize.after_bytes}});
        }
        json.push_back({{"what", epoch.what}, {"writes", writes}, {"sizes", sizes}});
    }
    return json;
}

std::vector<Epoch> epochs_from(const ordered_json& json, const std::vector<JournalFile>& files) {
    std::vector<Epoch> epochs;
    if (json.size() > most_epochs) throw_malformed("has more epochs than a fix");
    const auto file_from = [&files](const ordered_json& entry) {
        const auto file = entry.at("file").get<std::size_t>();
        if (file >= files.size()) throw_malformed("writes into a file that it does not name");
        return file;
    };
    for (const ordered_json& entry : json) {
        Epoch epoch{entry.at("what").get<std::string>(), {}};
        for (const ordered_json& one : entry.at("writes")) {
            Write write{file_from(one), one.at("offset").get<std::uint64_t>(),
                        bytes_from(one.at("after")), bytes_from(one.at("before"))};
            if (write.after.empty() || write.before.size() != write.after.size()) {
                throw_malformed("has a write that no fix makes");
            }
            epoch.writes.push_back(std::move(write));
        }
        for (const ordered_json& one : entry.at("sizes")) {
            epoch.resizes.push_back({file_from(one), one.at("after").get<std::uint64_t>(),
                                     one.at("before").get<std::uint64_t>()});
        }
        epochs.push_back(std::move(epoch));
    }
    return epochs;
}

/// Throws unless every write lies in a file of the sizes that the journal names.
void require_inside(const std::vector<Epoch>& epochs, const std::vector<JournalFile>& files) {
    for (const Epoch& epoch : epochs) {
        for (const Write& write : epoch.writes) {
            const JournalFile& file = files[write.file];
            const std::uint64_t most = std::max(file.before.size_bytes, file.after.size_bytes);
            if (!range_is_inside(write.offset, write.after.size(), most)) {
                throw_malformed("has a write that no fix makes");
            }
        }
        for (const Resize& resize : epoch.resizes) {
            const JournalFile& file = files[resize.file];
            const std::uint64_t most = std::max(file.before.size_bytes, file.after.size_bytes);
            if (std::max(resize.before_bytes, resize.after_bytes) > most) {
                throw_malformed("has a size that no fix gives");
            }
        }
    }
}

/// Throws unless every write is one of whole sectors, inside the volume.
void require_inside(const std::vector<Epoch>& epochs, const disk::DiskRange& volume) {
    for (const Epoch& epoch : epochs) {
        if (!epoch.resizes.empty()) throw_malformed("gives a disk another size");
        for (const Write& write : epoch.writes) {
            if (write.file != primary_file || write.after.size() % disk_unit_bytes != 0 ||
                write.offset % disk_unit_bytes != 0 || write.offset < volume.offset ||
                !range_is_inside(write.offset - volume.offset, write.after.size(),
                                 volume.size_bytes)) {
                throw_malformed("has a write that no fix makes");
            }
        }
    }
}

ordered_json json_of(const DiskRecord& record) {
    return {{"format", record.format},
            {"size_bytes", record.size_bytes},
            {"partition", record.partition},
            {"volume_offset", record.volume.offset},
            {"volume_size_bytes", record.volume.size_bytes},
            {"volume_id", record.volume_id},
            {"hive", record.hive}};
}

DiskRecord disk_record_from(const ordered_json& json) {
    DiskRecord record;
    record.format = json.at("format").get<std::string>();
    record.size_bytes = json.at("size_bytes").get<std::uint64_t>();
    record.partition = json.at("partition").get<std::uint32_t>();
    record.volume.offset = json.at("volume_offset").get<std::uint64_t>();
    record.volume.size_bytes = json.at("volume_size_bytes").get<std::uint64_t>();
    record.volume_id = json.at("volume_id").get<std::string>();
    record.hive = json.at("hive").get<std::string>();
    if (!range_is_inside(record.volume.offset, record.volume.size_bytes, record.size_bytes)) {
        throw_malformed("names a volume that leaves its disk");
    }
    return record;
}

Way way_from(const std::string& word) {
    for (const Way way : {Way::replace, Way::log_first, Way::in_place, Way::runlist_switch}) {
        if (word == word_of(way)) return way;
    }
    throw_malformed("names no way of writing");
}

/// Whoever adds to a manifest expects something of it.
void require_known_members(const ordered_json& json) {
    constexpr std::array<std::string_view, 12> known = {
        "schema", "state", "tool",  "created", "target", "target_hex",
        "method", "edits", "files", "disk",    "epochs", "hive_epochs"};
    for (const auto& [name, value] : json.items()) {
        if (std::ranges::find(known, name) == known.end()) throw_malformed("has a foreign member");
    }
}

Journal journal_from(const ordered_json& json) {
    require_known_members(json);
    Journal journal;
    journal.created = json.at("created").get<std::string>();
    journal.target = text_from(json, "target");
    journal.way = way_from(json.at("method").get<std::string>());
    journal.edits = json.at("edits").get<std::vector<std::string>>();
    journal.files = files_from(json.at("files"));
    journal.epochs = epochs_from(json.at("epochs"), journal.files);
    if (!json.contains("disk")) {
        require_inside(journal.epochs, journal.files);
        return journal;
    }
    journal.disk = disk_record_from(json.at("disk"));
    require_inside(journal.epochs, journal.disk->volume);
    journal.hive_epochs = epochs_from(json.at("hive_epochs"), journal.files);
    require_inside(journal.hive_epochs, journal.files);
    return journal;
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

std::string_view word_of(State state) {
    return std::find_if(state_words.begin(), state_words.end(),
                        [state](const StateWord& entry) { return entry.state == state; })
        ->word;
}

std::vector<std::string> names_of_logs(const std::vector<JournalFile>& files) {
    std::vector<std::string> names;
    for (std::size_t i = 1; i < files.size(); ++i) names.push_back(files[i].name);
    return names;
}

std::string to_json(const Journal& journal) {
    ordered_json json = {{"tool", NLAFIX_VERSION}, {"created", journal.created}};
    put_text(json, "target", journal.target);
    json["method"] = word_of(journal.way);
    json["edits"] = journal.edits;
    json["files"] = ordered_json::array();
    for (const JournalFile& file : journal.files) json["files"].push_back(json_of(file));
    if (journal.disk) json["disk"] = json_of(*journal.disk);
    json["epochs"] = json_of(journal.epochs);
    if (journal.disk) json["hive_epochs"] = json_of(journal.hive_epochs);
    const std::string rest =
        json.dump(1, ' ', false, ordered_json::error_handler_t::replace).substr(1);
    return std::string("{\"schema\":\"") + schema + "\"," + std::string(state_field) +
           padded_word(journal.state) + "," + rest + "\n";
}

Journal parse_journal(std::string_view text) {
    try {
        const ordered_json json = parse_bounded(with_whole_state(text));
        if (json.at("schema") != schema) throw_malformed("has another schema");
        Journal journal = journal_from(json);
        journal.state = state_in_head(text.substr(0, manifest_head_bytes));
        return journal;
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

Journal read_journal(os::System& system, const std::string& path, std::uint64_t hive_bytes) {
    const os::File file = os::File::open_itself(system, path);
    const std::uint64_t most = manifest_spare_bytes + manifest_bytes_per_hive_byte * hive_bytes;
    if (file.status().kind != os::FileKind::regular) throw_malformed("is no regular file");
    if (file.status().size_bytes > most) throw_malformed("is larger than a fix makes one");
    return parse_journal(text_of(file.read_all(most)));
}

void put_state(os::System& system, const std::string& path, State state) {
    os::OpenOptions options;
    options.write = true;
    options.follow_links = false;
    os::File file = os::File::open(system, path, options);
    if (file.status().kind != os::FileKind::regular) throw_malformed("is no regular file");
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
