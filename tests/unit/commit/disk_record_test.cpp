// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/disk_record.h"

#include <doctest/doctest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "commit/manifest.h"
#include "thrown.h"

using namespace nlafix;
using nlohmann::ordered_json;

namespace {

constexpr std::size_t sector = 512;

disk::DiskWrite write_at(std::uint64_t offset, unsigned before, unsigned after) {
    return {offset, Bytes(sector, static_cast<std::byte>(before)),
            Bytes(sector, static_cast<std::byte>(after))};
}

commit::DiskRecord some_record() {
    commit::DiskRecord record;
    record.format = "qcow2";
    record.size_bytes = 64 * sector;
    record.partition = 2;
    record.volume = {8 * sector, 40 * sector};
    record.volume_id = "0123456789ABCDEF";
    record.hive = "Windows/System32/config/SYSTEM";
    record.plan.method = disk::CommitMethod::log_first;
    record.plan.epochs = {{{write_at(8 * sector, 1, 2), write_at(12 * sector, 3, 4)}},
                          {{write_at(47 * sector, 5, 6)}}};
    return record;
}

/// What the JSON of a record becomes when `change` was at it: "malformed-backup", or another.
std::string outcome_of(const std::function<void(ordered_json&)>& change) {
    commit::Manifest manifest;
    manifest.disk = some_record();
    manifest.before = commit::fingerprint_of({});
    manifest.after = manifest.before;
    ordered_json json = ordered_json::parse(commit::to_json(manifest));
    change(json.at("disk"));
    return test::word_thrown_by([&] { commit::parse_manifest(json.dump()); });
}

}  // namespace

TEST_CASE("a record comes back as it was written") {
    const commit::DiskRecord record = some_record();
    const commit::DiskRecord back = commit::disk_record_from(commit::json_of(record));
    CHECK(back.format == record.format);
    CHECK(back.size_bytes == record.size_bytes);
    CHECK(back.partition == record.partition);
    CHECK(back.volume.offset == record.volume.offset);
    CHECK(back.volume.size_bytes == record.volume.size_bytes);
    CHECK(back.volume_id == record.volume_id);
    CHECK(back.hive == record.hive);
    CHECK(back.plan.method == record.plan.method);
    REQUIRE(back.plan.epochs.size() == 2);
    REQUIRE(back.plan.epochs[0].writes.size() == 2);
    CHECK(back.plan.epochs[0].writes[1].offset == 12 * sector);
    CHECK(back.plan.epochs[0].writes[1].before == record.plan.epochs[0].writes[1].before);
    CHECK(back.plan.epochs[1].writes[0].after == record.plan.epochs[1].writes[0].after);
}

TEST_CASE("the manifest of a hive has none, the manifest of a disk has one") {
    commit::Manifest manifest;
    manifest.before = commit::fingerprint_of({});
    manifest.after = manifest.before;
    CHECK_FALSE(commit::parse_manifest(commit::to_json(manifest)).disk.has_value());
    manifest.disk = some_record();
    CHECK(commit::parse_manifest(commit::to_json(manifest)).disk.has_value());
}

TEST_CASE("a record that no fix writes is refused") {
    CHECK(outcome_of([](ordered_json&) {}) == "nothing");
    const std::vector<std::pair<const char*, std::function<void(ordered_json&)>>> changes = {
        {"no hive", [](ordered_json& json) { json.erase("hive"); }},
        {"a text for a size", [](ordered_json& json) { json["size_bytes"] = "many"; }},
        {"a negative offset", [](ordered_json& json) { json["epochs"][0][0]["offset"] = -512; }},
        {"a way of writing that is none", [](ordered_json& json) { json["commit"] = "magic"; }},
        {"a volume behind the disk",
         [](ordered_json& json) { json["volume_offset"] = 60 * sector; }},
        {"a volume that overflows",
         [](ordered_json& json) { json["volume_size_bytes"] = ~std::uint64_t{0}; }},
        {"a write in front of the volume",
         [](ordered_json& json) { json["epochs"][0][0]["offset"] = 7 * sector; }},
        {"a write behind the volume",
         [](ordered_json& json) { json["epochs"][0][0]["offset"] = 48 * sector; }},
        {"a write beside a sector",
         [](ordered_json& json) { json["epochs"][0][0]["offset"] = 4099; }},
        {"half a sector",
         [](ordered_json& json) { json["epochs"][0][0]["before"] = std::string(512, '0'); }},
        {"sides of two sizes",
         [](ordered_json& json) { json["epochs"][0][0]["before"] = std::string(2048, '0'); }},
        {"no bytes",
         [](ordered_json& json) {
             json["epochs"][0][0]["before"] = "";
             json["epochs"][0][0]["after"] = "";
         }},
        {"bytes that are none",
         [](ordered_json& json) { json["epochs"][0][0]["after"] = std::string(1024, 'x'); }},
        {"epochs that are no list", [](ordered_json& json) { json["epochs"] = 7; }},
    };
    for (const auto& change : changes) {
        CAPTURE(change.first);
        CHECK(outcome_of(change.second) == "malformed-backup");
    }
}
