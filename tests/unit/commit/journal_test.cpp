// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/journal.h"

#include <doctest/doctest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "commit/hex.h"
#include "forwarding_system.h"
#include "temp_folder.h"
#include "thrown.h"

using namespace nlafix;
using commit::State;
using nlohmann::ordered_json;
using test::word_thrown_by;

namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t sector = 512;
const State all_states[] = {State::prepared, State::writing, State::written,
                            State::undoing,  State::logging, State::undone};

/// Bytes that differ from page to page; 251 is a prime.
Bytes image_of(std::size_t size, unsigned seed) {
    Bytes bytes;
    for (std::size_t i = 0; i < size; ++i)
        bytes.push_back(static_cast<std::byte>((i + seed) % 251));
    return bytes;
}

/// A fix of four pages and one log: the second page changes, one comes to it, and the log is
/// written.
commit::Journal some_journal() {
    const std::vector<Bytes> before = {image_of(3 * page, 1), image_of(page, 2)};
    commit::Journal journal;
    journal.created = "2026-11-22T10:52:07Z";
    journal.target = "SYSTEM";
    journal.way = Way::log_first;
    journal.epochs = {{"log", {{file_of_log(0), 512, image_of(700, 3)}}},
                      {"pages",
                       {{primary_file, page, image_of(10, 4)},
                        {primary_file, 3 * page, Bytes(page, std::byte{9})}}}};
    const std::vector<PatchedFile> after = fill_in_before(journal.epochs, {before[0], before[1]});
    journal.files = {
        {"", commit::fingerprint_of(before[0]), commit::fingerprint_of(after[0])},
        {"SYSTEM.LOG1", commit::fingerprint_of(before[1]), commit::fingerprint_of(after[1])}};
    journal.edits = {"ControlSet001\\Control\\Lsa: \"quoted\"", "line\nbreak"};
    return journal;
}

/// A fix on a disk, in a volume of 40 sectors behind the first 8.
commit::Journal disk_journal() {
    commit::Journal journal = some_journal();
    journal.way = Way::runlist_switch;
    journal.files.resize(1);
    journal.epochs = {
        {"MFT record",
         {{primary_file, 10 * sector, Bytes(sector, std::byte{2}), Bytes(sector, std::byte{1})}}}};
    journal.hive_epochs = {{"pages", {{primary_file, page, Bytes(4, std::byte{1}), Bytes(4)}}}};
    journal.disk = commit::DiskRecord{"qcow2", 60 * sector,     2, {8 * sector, 40 * sector},
                                      "ABCD",  "Windows/SYSTEM"};
    return journal;
}

void check_same(const std::vector<Epoch>& a, const std::vector<Epoch>& b) {
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        CHECK(a[i].what == b[i].what);
        REQUIRE(a[i].writes.size() == b[i].writes.size());
        for (std::size_t k = 0; k < a[i].writes.size(); ++k) {
            CHECK(a[i].writes[k].file == b[i].writes[k].file);
            CHECK(a[i].writes[k].offset == b[i].writes[k].offset);
            CHECK(a[i].writes[k].before == b[i].writes[k].before);
            CHECK(a[i].writes[k].after == b[i].writes[k].after);
        }
        REQUIRE(a[i].resizes.size() == b[i].resizes.size());
        for (std::size_t k = 0; k < a[i].resizes.size(); ++k) {
            CHECK(a[i].resizes[k].file == b[i].resizes[k].file);
            CHECK(a[i].resizes[k].before_bytes == b[i].resizes[k].before_bytes);
            CHECK(a[i].resizes[k].after_bytes == b[i].resizes[k].after_bytes);
        }
    }
}

void check_same(const commit::Journal& a, const commit::Journal& b) {
    CHECK(a.state == b.state);
    CHECK(a.created == b.created);
    CHECK(a.target == b.target);
    CHECK(a.way == b.way);
    CHECK(a.edits == b.edits);
    REQUIRE(a.files.size() == b.files.size());
    for (std::size_t i = 0; i < a.files.size(); ++i) {
        CHECK(a.files[i].name == b.files[i].name);
        CHECK(a.files[i].before == b.files[i].before);
        CHECK(a.files[i].after == b.files[i].after);
    }
    check_same(a.epochs, b.epochs);
    check_same(a.hive_epochs, b.hive_epochs);
    REQUIRE(a.disk.has_value() == b.disk.has_value());
    if (!a.disk) return;
    CHECK(a.disk->format == b.disk->format);
    CHECK(a.disk->size_bytes == b.disk->size_bytes);
    CHECK(a.disk->partition == b.disk->partition);
    CHECK(a.disk->volume.offset == b.disk->volume.offset);
    CHECK(a.disk->volume.size_bytes == b.disk->volume.size_bytes);
    CHECK(a.disk->volume_id == b.disk->volume_id);
    CHECK(a.disk->hive == b.disk->hive);
}

using Change = std::function<void(ordered_json&)>;
using MalformedRows = std::vector<std::pair<std::string, Change>>;

std::string outcome_of(const ordered_json& json) {
    return word_thrown_by([&] { commit::parse_journal(json.dump()); });
}

std::string outcome_of(const commit::Journal& journal, const Change& change) {
    ordered_json json = ordered_json::parse(commit::to_json(journal));
    change(json);
    return outcome_of(json);
}

Change of_write(const char* field, const ordered_json& value) {
    return [=](ordered_json& j) { j["epochs"][0]["writes"][0][field] = value; };
}

Change of_both_sides(const char* value) {
    return [=](ordered_json& j) {
        for (const char* side : {"before", "after"}) of_write(side, value)(j);
    };
}

void check_malformed(const commit::Journal& journal, const MalformedRows& rows) {
    CHECK(outcome_of(journal, [](ordered_json&) {}) == "nothing");
    for (const auto& [what, change] : rows) {
        CAPTURE(what);
        CHECK(outcome_of(journal, change) == "malformed-backup");
    }
}

}  // namespace

TEST_CASE("A manifest comes back as it was written") {
    for (const State state : all_states) {
        commit::Journal manifest = some_journal();
        manifest.state = state;
        check_same(commit::parse_journal(commit::to_json(manifest)), manifest);
        manifest = disk_journal();
        manifest.state = state;
        check_same(commit::parse_journal(commit::to_json(manifest)), manifest);
    }
}

TEST_CASE("Paths come back byte for byte, even if they are not UTF-8") {
    for (const std::string& target :
         {std::string("/mnt/Windows/System32/config/SYSTEM"), std::string("/mnt/d\xc3\xa4/SYSTEM"),
          std::string("/mnt/\xff\xfe/SYSTEM"), std::string("/m\"n\\t\n/SYSTEM"),
          std::string("/mnt/\xed\xa0\x80/SYSTEM")}) {
        commit::Journal manifest = some_journal();
        manifest.target = target;
        const std::string json = commit::to_json(manifest);
        CHECK(ordered_json::accept(json));
        CHECK(commit::parse_journal(json).target == target);
    }
}

TEST_CASE("The state is a field of fixed width in the first 512 bytes") {
    commit::Journal manifest = some_journal();
    const std::string prepared = commit::to_json(manifest);
    const std::size_t field = prepared.find("\"state\":\"prepared\"");
    REQUIRE(field != std::string::npos);
    constexpr std::size_t longest_field = 18;  // "state":"prepared"
    REQUIRE(field + longest_field <= commit::manifest_head_bytes);
    for (const State state : all_states) {
        manifest.state = state;
        const std::string json = commit::to_json(manifest);
        CHECK(json.size() == prepared.size());
        CHECK(json.substr(0, field) == prepared.substr(0, field));
        CHECK(json.substr(field + longest_field) == prepared.substr(field + longest_field));
        CHECK(commit::state_in_head(json.substr(0, commit::manifest_head_bytes)) == state);
    }
}

TEST_CASE("A state is changed in the file, and nothing else is") {
    const test::TempFolder folder;
    const commit::Journal manifest = some_journal();
    const std::string path = folder.write_text("SYSTEM.json", commit::to_json(manifest));
    for (const State state : all_states) {
        commit::put_state(os::real_system(), path, state);
        commit::Journal expected = manifest;
        expected.state = state;
        CHECK(test::read_text(path) == commit::to_json(expected));
        check_same(commit::read_journal(os::real_system(), path, 3 * page), expected);
    }
}

TEST_CASE("A changed state is flushed after it was written") {
    struct Order : test::ForwardingSystem {
        using ForwardingSystem::ForwardingSystem;
        int write_at(os::Handle handle, ByteView from, std::uint64_t offset,
                     std::size_t& done) override {
            calls += 'w';
            return ForwardingSystem::write_at(handle, from, offset, done);
        }
        int flush(os::Handle handle) override {
            calls += 'f';
            return ForwardingSystem::flush(handle);
        }
        std::string calls;
    };
    const test::TempFolder folder;
    const std::string path = folder.write_text("m.json", commit::to_json(some_journal()));
    Order system(os::real_system());
    commit::put_state(system, path, State::writing);
    CHECK(system.calls.ends_with("wf"));
}

TEST_CASE("What is no manifest has no state that stops anybody") {
    for (const std::string& head :
         {std::string(), std::string("{"), std::string(512, '\0'),
          std::string("{\"state\":\"writing\""), std::string("{\"schema\":\"nlafix.manifest/2\"}"),
          std::string("{\"schema\":\"other\",\"state\":\"writing\"}")}) {
        CAPTURE(head);
        CHECK(commit::state_in_head(head) == State::prepared);
    }
}

TEST_CASE("Text that is no JSON of ours is a malformed backup") {
    const std::string good = commit::to_json(some_journal());
    std::vector<std::string> texts = {"",
                                      " ",
                                      "{",
                                      "}",
                                      "[]",
                                      "null",
                                      "7",
                                      "\"x\"",
                                      "{}",
                                      "{\"schema\":7}",
                                      "{\"schema\":\"nlafix.manifest/2\"}",
                                      good + "x",
                                      good.substr(0, good.size() / 2),
                                      std::string(good.size(), '\0'),
                                      std::string(100'000, '['),
                                      good + good};
    std::string broken = good;
    broken[good.find("Lsa")] = '\xff';
    texts.push_back(broken);
    for (const std::string& text : texts) {
        CAPTURE(text.substr(0, 40));
        CHECK(word_thrown_by([&] { commit::parse_journal(text); }) == "malformed-backup");
    }
}

TEST_CASE("A manifest without one of its fields, or with another type in it, is malformed") {
    const ordered_json good = ordered_json::parse(commit::to_json(some_journal()));
    for (const char* field :
         {"schema", "created", "target", "method", "edits", "files", "epochs"}) {
        CAPTURE(std::string(field));
        ordered_json without = good;
        without.erase(field);
        CHECK(outcome_of(without) == "malformed-backup");
        for (const ordered_json& other :
             {ordered_json(7), ordered_json(true), ordered_json{{"a", 1}}, ordered_json{1, 2}}) {
            ordered_json with = good;
            with[field] = other;
            CAPTURE(with[field].dump());
            CHECK(outcome_of(with) == "malformed-backup");
        }
    }
}

TEST_CASE("A manifest with a member that no fix writes is malformed") {
    ordered_json with = ordered_json::parse(commit::to_json(some_journal()));
    with["logs"] = ordered_json::array();
    CHECK(outcome_of(with) == "malformed-backup");
    with.erase("logs");
    CHECK(outcome_of(with) == "nothing");
}

TEST_CASE("What no fix writes is malformed") {
    const MalformedRows rows = {
        {"another version", [](ordered_json& j) { j["schema"] = "nlafix.manifest/3"; }},
        {"no hive", [](ordered_json& j) { j["files"] = ordered_json::array(); }},
        {"a size too large",
         [](ordered_json& j) { j["files"][0]["after"]["size_bytes"] = 1u << 31; }},
        {"a size that is text",
         [](ordered_json& j) { j["files"][0]["after"]["size_bytes"] = "4"; }},
        {"no digest", [](ordered_json& j) { j["files"][0]["after"].erase("xxh3_128"); }},
        {"a target of half a byte", [](ordered_json& j) { j["target_hex"] = "0"; }},
        {"an edit that is a number", [](ordered_json& j) { j["edits"][0] = 7; }},
        {"a way that is none", [](ordered_json& j) { j["method"] = "magic"; }},
        {"a log twice", [](ordered_json& j) { j["files"].push_back(j["files"][1]); }},
        {"a log without a name", [](ordered_json& j) { j["files"][1].erase("name"); }},
        {"epochs that are no list", [](ordered_json& j) { j["epochs"] = 7; }},
        {"too many epochs",
         [](ordered_json& j) {
             while (j["epochs"].size() < 65) j["epochs"].push_back(j["epochs"][0]);
         }},
        {"a file that is not named", of_write("file", 2)},
        {"a negative offset", of_write("offset", -512)},
        {"an offset behind the end", of_write("offset", page)},
        {"an offset that overflows", of_write("offset", ~std::uint64_t{0})},
        {"half a byte", of_write("after", "0")},
        {"no hexadecimal digit", of_write("after", "0g")},
        {"capital digits", of_write("after", "AA")},
        {"bytes that are a number", of_write("before", 7)},
        {"sides of two sizes", of_write("before", "00")},
        {"no bytes", of_both_sides("")},
        {"a size of no file",
         [](ordered_json& j) { j["epochs"][1]["sizes"][0]["after"] = 1u << 30; }},
    };
    check_malformed(some_journal(), rows);
}

TEST_CASE("A log is a file in the hive's folder, with a name that logs have") {
    const auto outcome = [](const std::string& name) {
        return outcome_of(some_journal(), [&](ordered_json& j) {
            Bytes bytes;
            for (const char c : name) bytes.push_back(static_cast<std::byte>(c));
            j["files"][1]["name_hex"] = commit::hex_of(bytes);
        });
    };
    for (const char* name : {"SYSTEM.LOG", "SYSTEM.LOG1", "SYSTEM.LOG2", "system.log1"}) {
        CAPTURE(name);
        CHECK(outcome(name) == "nothing");
    }
    for (const char* name :
         {"", ".", "..", "SYSTEM", "SYSTEM.LOG3", "/etc/SYSTEM.LOG1", "../SYSTEM.LOG1",
          "config/SYSTEM.LOG1", "passwd", "SYSTEM.LOG1/..", "..\\SYSTEM.LOG1", "C:SYSTEM.LOG1"}) {
        CAPTURE(name);
        CHECK(outcome(name) == "malformed-backup");
    }
    CHECK(outcome(std::string("SYSTEM\0.LOG1", 12)) == "malformed-backup");
}

TEST_CASE("What no fix on a disk writes is malformed") {
    const MalformedRows rows = {
        {"no hive", [](ordered_json& j) { j["disk"].erase("hive"); }},
        {"a text for a size", [](ordered_json& j) { j["disk"]["size_bytes"] = "many"; }},
        {"a volume behind the disk",
         [](ordered_json& j) { j["disk"]["volume_offset"] = 60 * sector; }},
        {"a volume that overflows",
         [](ordered_json& j) { j["disk"]["volume_size_bytes"] = ~std::uint64_t{0}; }},
        {"a write in front of the volume", of_write("offset", 7 * sector)},
        {"a write behind the volume", of_write("offset", 48 * sector)},
        {"a write beside a sector", of_write("offset", 10 * sector + 3)},
        {"half a sector", of_both_sides("00")},
        {"another size of the disk",
         [](ordered_json& j) {
             j["epochs"][0]["sizes"] = {{{"file", 0}, {"before", 1}, {"after", 2}}};
         }},
        {"no word on the hive's pages", [](ordered_json& j) { j.erase("hive_epochs"); }},
    };
    check_malformed(disk_journal(), rows);
}

TEST_CASE("A manifest of many or deep values is refused before memory is taken for them") {
    const std::string good = commit::to_json(some_journal());
    const std::size_t at = good.find(" \"tool\"");
    REQUIRE(at != std::string::npos);
    // What is small enough to be read is refused later, by its name.
    const auto is_read = [&](const std::string& extra) {
        const std::string text = good.substr(0, at) + " \"x\": " + extra + "," + good.substr(at);
        return test::contains(test::message_thrown_by([&] { commit::parse_journal(text); }),
                              "foreign member");
    };
    const auto repeated = [](const std::string& text, std::size_t count) {
        std::string all;
        for (std::size_t i = 0; i < count; ++i) all += text;
        return all;
    };
    CHECK(is_read("[[7]]"));
    CHECK_FALSE(is_read(repeated("[", 120000) + repeated("]", 120000)));
    CHECK_FALSE(is_read(repeated("{\"\":", 120000) + "0" + repeated("}", 120000)));
    CHECK_FALSE(is_read("[" + repeated("\"\",", 500000) + "\"\"]"));
    CHECK_FALSE(is_read("[" + repeated("[],", 500000) + "[]]"));
    CHECK_FALSE(is_read("[" + repeated("{\"\":0},", 300000) + "{}]"));
}

TEST_CASE("A manifest is read from a regular file and from nothing else") {
    const test::TempFolder folder;
    const auto word = [](const std::string& path) {
        return word_thrown_by([&] { commit::read_journal(os::real_system(), path, 3 * page); });
    };
    const std::string path = folder.write_text("m.json", commit::to_json(some_journal()));
    CHECK(word(path) == "nothing");
    CHECK(word(folder / "absent.json") == "no-such-file");
    CHECK(word(folder.make_folder("folder.json")) != "nothing");
    CHECK(word(folder.link("link.json", path)) != "nothing");
}
