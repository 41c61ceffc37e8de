// SPDX-License-Identifier: GPL-2.0-or-later
// The logs in a manifest, which may come from a hostile disk.
#include <doctest/doctest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/digest.h"
#include "commit/hex.h"
#include "commit/manifest.h"
#include "thrown.h"

using namespace nlafix;
using nlohmann::ordered_json;

namespace {

Bytes bytes_of(const std::string& text) {
    Bytes bytes;
    for (const char c : text) bytes.push_back(static_cast<std::byte>(c));
    return bytes;
}

commit::LogCopy log_named(const std::string& name, const std::string& content) {
    commit::LogCopy log;
    log.name = name;
    log.before = bytes_of(content);
    log.after_size_bytes = 4096;
    log.after_digest = digest_of(log.before);
    return log;
}

commit::Manifest manifest_with_logs() {
    commit::Manifest manifest;
    manifest.target = "SYSTEM";
    manifest.log_first = true;
    manifest.before = commit::fingerprint_of({});
    manifest.after = manifest.before;
    manifest.logs = {log_named("SYSTEM.LOG1", "first"), log_named("system.log2", "")};
    return manifest;
}

std::string outcome_of(const std::function<void(ordered_json&)>& change) {
    ordered_json json = ordered_json::parse(commit::to_json(manifest_with_logs()));
    change(json.at("logs"));
    return test::word_thrown_by([&] { commit::parse_manifest(json.dump()); });
}

std::string outcome_of_name(const std::string& name) {
    return outcome_of(
        [&](ordered_json& logs) { logs[0]["name_hex"] = commit::hex_of(bytes_of(name)); });
}

}  // namespace

TEST_CASE("logs come back as they were written") {
    const commit::Manifest manifest = manifest_with_logs();
    const commit::Manifest back = commit::parse_manifest(commit::to_json(manifest));
    CHECK(back.log_first);
    REQUIRE(back.logs.size() == 2);
    CHECK(back.logs[0].name == "SYSTEM.LOG1");
    CHECK(back.logs[0].before == manifest.logs[0].before);
    CHECK(back.logs[0].after_size_bytes == 4096);
    CHECK(back.logs[0].after_digest == manifest.logs[0].after_digest);
    CHECK(back.logs[1].name == "system.log2");
    CHECK(back.logs[1].before.empty());
}

TEST_CASE("a log is a file in the hive's folder, with a name that logs have") {
    for (const char* name : {"SYSTEM.LOG", "SYSTEM.LOG1", "SYSTEM.LOG2", "system.log1"}) {
        CAPTURE(name);
        CHECK(outcome_of_name(name) == "nothing");
    }
    for (const char* name :
         {"", ".", "..", "SYSTEM", "SYSTEM.LOG3", "/etc/SYSTEM.LOG1", "../SYSTEM.LOG1",
          "config/SYSTEM.LOG1", "passwd", "SYSTEM.LOG1/..", "..\\SYSTEM.LOG1", "C:SYSTEM.LOG1"}) {
        CAPTURE(name);
        CHECK(outcome_of_name(name) == "malformed-backup");
    }
    CHECK(outcome_of_name(std::string("SYSTEM\0.LOG1", 12)) == "malformed-backup");
}

TEST_CASE("logs that no fix records are refused") {
    struct Row {
        const char* what;
        std::function<void(ordered_json&)> change;
    };
    const std::vector<Row> rows = {
        {"another hash", [](ordered_json& j) { j[0]["xxh3_128"] = digest_of({}); }},
        {"another size", [](ordered_json& j) { j[0]["size_bytes"] = 6; }},
        {"a huge size", [](ordered_json& j) { j[0]["size_bytes"] = ~std::uint64_t{0}; }},
        {"other bytes", [](ordered_json& j) { j[0]["bytes"] = "0000000000"; }},
        {"no bytes", [](ordered_json& j) { j[0].erase("bytes"); }},
        {"bytes that are none", [](ordered_json& j) { j[0]["bytes"] = "xx"; }},
        {"a number for bytes", [](ordered_json& j) { j[0]["bytes"] = 7; }},
        {"a name of half a byte", [](ordered_json& j) { j[0]["name_hex"] = "5"; }},
        {"no state afterwards", [](ordered_json& j) { j[0].erase("after"); }},
        {"a size afterwards that is text",
         [](ordered_json& j) { j[0]["after"]["size_bytes"] = "1"; }},
        {"the same log twice", [](ordered_json& j) { j.push_back(j[0]); }},
        {"a number for a log", [](ordered_json& j) { j[1] = 7; }},
        {"a text for all of them", [](ordered_json& j) { j = "logs"; }},
    };
    CHECK(outcome_of([](ordered_json&) {}) == "nothing");
    for (const Row& row : rows) {
        CAPTURE(row.what);
        CHECK(outcome_of(row.change) == "malformed-backup");
    }
}
