// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/manifest.h"

#include <doctest/doctest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/digest.h"
#include "forwarding_system.h"
#include "temp_folder.h"
#include "thrown.h"

using namespace nlafix;
using commit::State;
using nlohmann::ordered_json;
using test::word_thrown_by;

namespace {

constexpr std::size_t page = 4096;
const State all_states[] = {State::prepared, State::writing, State::written, State::undoing,
                            State::undone};

/// Bytes that differ from page to page; 251 is a prime.
Bytes image_of(std::size_t size, unsigned seed) {
    Bytes bytes;
    for (std::size_t i = 0; i < size; ++i)
        bytes.push_back(static_cast<std::byte>((i + seed) % 251));
    return bytes;
}

commit::Manifest manifest_of(const Bytes& before, const Bytes& after) {
    commit::Manifest manifest;
    manifest.created = "2026-11-22T10:52:07Z";
    manifest.target = "SYSTEM";
    manifest.in_place = true;
    manifest.before = commit::fingerprint_of(before);
    manifest.after = commit::fingerprint_of(after);
    manifest.changed_pages = commit::changed_pages(before, after);
    manifest.edits = {"ControlSet001\\Control\\Lsa: \"quoted\"", "line\nbreak"};
    return manifest;
}

/// Three pages, of which the middle one changes, and one more.
commit::Manifest some_manifest() {
    const Bytes before = image_of(3 * page, 1);
    Bytes after = before;
    after.resize(4 * page, std::byte{9});
    after[page + 7] ^= std::byte{1};
    return manifest_of(before, after);
}

void check_same(const commit::Manifest& a, const commit::Manifest& b) {
    CHECK(a.state == b.state);
    CHECK(a.created == b.created);
    CHECK(a.target == b.target);
    CHECK(a.in_place == b.in_place);
    CHECK(a.before.size_bytes == b.before.size_bytes);
    CHECK(a.before.digest == b.before.digest);
    CHECK(a.before.pages == b.before.pages);
    CHECK(a.after.size_bytes == b.after.size_bytes);
    CHECK(a.after.digest == b.after.digest);
    CHECK(a.after.pages == b.after.pages);
    CHECK(a.changed_pages == b.changed_pages);
    CHECK(a.edits == b.edits);
}

}  // namespace

TEST_CASE("Digests are XXH3-128 in canonical form") {
    // The digest of no bytes, and of "abc", as XXH128 of xxHash 0.8 prints them.
    CHECK(digest_of({}) == "99aa06d3014798d86001c324468d497f");
    const std::string abc = "abc";
    CHECK(digest_of(std::as_bytes(std::span(abc))) == "06b05ab6733a618578af5f94892f3950");
}

TEST_CASE("A manifest comes back as it was written") {
    for (const State state : all_states) {
        commit::Manifest manifest = some_manifest();
        manifest.state = state;
        manifest.in_place = state != State::prepared;
        check_same(commit::parse_manifest(commit::to_json(manifest)), manifest);
    }
}

TEST_CASE("Paths come back to the byte, also those that are no UTF-8") {
    for (const std::string& target :
         {std::string("/mnt/Windows/System32/config/SYSTEM"), std::string("/mnt/d\xc3\xa4/SYSTEM"),
          std::string("/mnt/\xff\xfe/SYSTEM"), std::string("/m\"n\\t\n/SYSTEM"),
          std::string("/mnt/\xed\xa0\x80/SYSTEM")}) {
        commit::Manifest manifest = some_manifest();
        manifest.target = target;
        const std::string json = commit::to_json(manifest);
        CHECK(ordered_json::accept(json));
        CHECK(commit::parse_manifest(json).target == target);
    }
}

TEST_CASE("The state is a field of fixed width in the first 512 bytes") {
    commit::Manifest manifest = some_manifest();
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
    const commit::Manifest manifest = some_manifest();
    const std::string path = folder.write_text("SYSTEM.json", commit::to_json(manifest));
    for (const State state : all_states) {
        commit::put_state(os::real_system(), path, state);
        commit::Manifest expected = manifest;
        expected.state = state;
        CHECK(test::read_text(path) == commit::to_json(expected));
        check_same(commit::read_manifest(os::real_system(), path), expected);
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
    const std::string path = folder.write_text("m.json", commit::to_json(some_manifest()));
    Order system(os::real_system());
    commit::put_state(system, path, State::writing);
    CHECK(system.calls.ends_with("wf"));
}

TEST_CASE("What is no manifest has no state that stops anybody") {
    for (const std::string& head :
         {std::string(), std::string("{"), std::string(512, '\0'),
          std::string("{\"state\":\"writing\""), std::string("{\"schema\":\"nlafix.manifest/1\"}"),
          std::string("{\"schema\":\"other\",\"state\":\"writing\"}")}) {
        CAPTURE(head);
        CHECK(commit::state_in_head(head) == State::prepared);
    }
}

TEST_CASE("Text that is no JSON of ours is a malformed backup") {
    const std::string good = commit::to_json(some_manifest());
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
                                      "{\"schema\":\"nlafix.manifest/1\"}",
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
        CHECK(word_thrown_by([&] { commit::parse_manifest(text); }) == "malformed-backup");
    }
}

TEST_CASE("A manifest without one of its fields, or with another type in it, is malformed") {
    const ordered_json good = ordered_json::parse(commit::to_json(some_manifest()));
    for (const char* field :
         {"schema", "created", "target", "method", "edits", "before", "after", "changed_pages"}) {
        CAPTURE(std::string(field));
        ordered_json without = good;
        without.erase(field);
        CHECK(word_thrown_by([&] { commit::parse_manifest(without.dump()); }) ==
              "malformed-backup");
        if (std::string(field) == "method") continue;  // any word but "in-place" is the other one
        for (const ordered_json& other :
             {ordered_json(7), ordered_json(true), ordered_json{{"a", 1}}, ordered_json{1, 2}}) {
            ordered_json with = good;
            with[field] = other;
            CAPTURE(with[field].dump());
            CHECK(word_thrown_by([&] { commit::parse_manifest(with.dump()); }) ==
                  "malformed-backup");
        }
    }
}

TEST_CASE("Numbers and pages that do not fit are malformed") {
    struct Row {
        std::string name;
        std::function<void(ordered_json&)> change;
    };
    const auto pages = [](const char* number, const char* hex) {
        return [=](ordered_json& json) { json["changed_pages"][number] = hex; };
    };
    const std::vector<Row> rows = {
        {"another version", [](ordered_json& j) { j["schema"] = "nlafix.manifest/2"; }},
        {"a page too few", [](ordered_json& j) { j["before"]["pages_xxh3_128"].erase(0); }},
        {"a size too large", [](ordered_json& j) { j["after"]["size_bytes"] = 1 << 20; }},
        {"a size that is text", [](ordered_json& j) { j["after"]["size_bytes"] = "4096"; }},
        {"a page that is a number", [](ordered_json& j) { j["after"]["pages_xxh3_128"][0] = 7; }},
        {"half a byte", pages("1", "0")},
        {"no hexadecimal digit", pages("1", "0g")},
        {"capital digits", pages("1", "AA")},
        {"a page without a number", pages("", "00")},
        {"a page with a sign", pages("-1", "00")},
        {"a page that is a word", pages("one", "00")},
        {"a page of ten digits", pages("1000000000", "00")},
        {"a page that is no text", [](ordered_json& j) { j["changed_pages"]["1"] = 7; }},
        {"a target of half a byte", [](ordered_json& j) { j["target_hex"] = "0"; }},
        {"an edit that is a number", [](ordered_json& j) { j["edits"][0] = 7; }},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        ordered_json json = ordered_json::parse(commit::to_json(some_manifest()));
        row.change(json);
        CHECK(word_thrown_by([&] { commit::parse_manifest(json.dump()); }) == "malformed-backup");
    }
}

TEST_CASE("The hive after the fix is put together from the one before") {
    struct Sizes {
        std::size_t before, after;
    };
    for (const Sizes sizes :
         {Sizes{2 * page, 2 * page}, Sizes{2 * page, 3 * page}, Sizes{3 * page, 2 * page},
          Sizes{2 * page + 7, 3 * page}, Sizes{2 * page + 7, 2 * page + 9},
          Sizes{2 * page, 2 * page - 1}, Sizes{page, 5 * page + 1}}) {
        CAPTURE(sizes.before);
        CAPTURE(sizes.after);
        const Bytes before = image_of(sizes.before, 1);
        Bytes after = image_of(sizes.after, 1);
        after[3] ^= std::byte{1};
        after.back() ^= std::byte{1};
        const commit::Manifest manifest = manifest_of(before, after);
        CHECK(commit::rebuild_after(manifest, before) == after);
        const auto read = commit::parse_manifest(commit::to_json(manifest));
        CHECK(commit::rebuild_after(read, before) == after);
    }
}

TEST_CASE("Only pages that changed are recorded") {
    const Bytes before = image_of(4 * page, 1);
    Bytes after = before;
    after[2 * page] ^= std::byte{1};
    const auto changed = commit::changed_pages(before, after);
    REQUIRE(changed.size() == 1);
    CHECK(changed.begin()->first == 2);
    CHECK(changed.begin()->second == Bytes(after.begin() + 2 * page, after.begin() + 3 * page));
    CHECK(commit::changed_pages(before, before).empty());
}

TEST_CASE("A manifest that does not fit its copy is malformed") {
    const Bytes before = image_of(3 * page, 1);
    Bytes after = before;
    after[5] ^= std::byte{1};
    const auto word = [&before](const commit::Manifest& manifest) {
        return word_thrown_by([&] { commit::rebuild_after(manifest, before); });
    };
    const commit::Manifest good = manifest_of(before, after);
    CHECK(word(good) == "nothing");
    commit::Manifest manifest = good;
    SUBCASE("another digest") {
        manifest.after.digest[0] ^= 1;
    }
    SUBCASE("a changed page is not there") {
        manifest.changed_pages.clear();
    }
    SUBCASE("a page behind the end") {
        manifest.changed_pages[3] = Bytes(1);
    }
    SUBCASE("a page far behind the end") {
        manifest.changed_pages[999'999'999] = Bytes(1);
    }
    SUBCASE("a page over the end") {
        manifest.changed_pages[2] = Bytes(page + 1);
    }
    SUBCASE("a size that no fix gives") {
        manifest.after.size_bytes = std::uint64_t{1} << 40;
    }
    SUBCASE("the largest size") {
        manifest.after.size_bytes = ~std::uint64_t{0};
    }
    CHECK(word(manifest) == "malformed-backup");
}

TEST_CASE("A manifest is read from a regular file and from nothing else") {
    const test::TempFolder folder;
    const auto word = [](const std::string& path) {
        return word_thrown_by([&] { commit::read_manifest(os::real_system(), path); });
    };
    const std::string path = folder.write_text("m.json", commit::to_json(some_manifest()));
    CHECK(word(path) == "nothing");
    CHECK(word(folder / "absent.json") == "no-such-file");
    CHECK(word(folder.make_folder("folder.json")) != "nothing");
    CHECK(word(folder.link("link.json", path)) != "nothing");
}
