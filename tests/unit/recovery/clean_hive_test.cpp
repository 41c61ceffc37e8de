// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/clean_hive.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "log_builder.h"
#include "system_tree.h"
#include "thrown.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using recovery::LogFile;

namespace {

Bytes hive(std::uint32_t primary = 100, std::uint32_t secondary = 100) {
    f::HiveOptions options;
    options.primary_sequence = primary;
    options.secondary_sequence = secondary;
    return f::build(f::small_tree({true, true}), options).bytes;
}

LogFile new_log(std::uint32_t sequence, std::uint32_t entry_sequence) {
    return {"SYSTEM.LOG1", f::new_format_log(hive(), sequence, {{entry_sequence, 8192, {}, 0}}), ""};
}

LogFile old_log(std::uint32_t sequence) {
    return {"SYSTEM.LOG", f::old_format_log(hive(), sequence, {}), ""};
}

std::string word_of(const Bytes& file, const std::vector<LogFile>& logs) {
    const auto error = test::error_of([&] { recovery::require_clean(file, logs); });
    if (!error) return "nothing";
    CHECK_FALSE(error->hint().empty());
    return std::string(nlafix::word_of(error->code()));
}

recovery::CleanHive::Stamp stamp_of(const Bytes& file, const std::vector<LogFile>& logs) {
    return recovery::require_clean(file, logs).stamp();
}

}  // namespace

TEST_CASE("A hive is dirty by its sequence numbers or by its checksum") {
    const auto dirty = [](const Bytes& file) {
        return recovery::is_dirty(regf::read_base_block(file));
    };
    CHECK_FALSE(dirty(hive()));
    CHECK(dirty(hive(101, 100)));
    CHECK(dirty(hive(100, 101)));
    Bytes file = hive();
    file[f::base_block::checksum] ^= std::byte{1};
    CHECK(dirty(file));
    // Two equal wrong numbers cancel out in the checksum, so that the hive counts as clean.
    file = hive();
    f::put_u32(file, f::base_block::primary_sequence, 7);
    f::put_u32(file, f::base_block::secondary_sequence, 7);
    CHECK_FALSE(dirty(file));
}

TEST_CASE("A clean hive is what it was, without a copy") {
    const Bytes file = hive();
    const auto clean = recovery::require_clean(file, {});
    CHECK(clean.image().data() == file.data());
    CHECK(clean.image().size() == file.size());
    CHECK(clean.warnings().empty());
    CHECK(clean.stamp().highest_sequence == 100);
    CHECK_FALSE(clean.stamp().new_timestamp);
}

TEST_CASE("A dirty hive is refused by what lies beside it") {
    const std::vector<LogFile> empty_logs = {{"SYSTEM.LOG1", {}, ""}, {"SYSTEM.LOG2", {}, ""}};
    CHECK(word_of(hive(101, 100), {}) == "dirty-without-logs");
    CHECK(word_of(hive(101, 100), empty_logs) == "dirty-without-logs");
    CHECK(word_of(hive(101, 100), {new_log(100, 100)}) == "dirty-logs-unsupported");
    CHECK(word_of(hive(101, 100), {{"SYSTEM.LOG1", {}, "cannot be read"}}) ==
          "dirty-logs-unsupported");
    Bytes checksum = hive();
    checksum[f::base_block::checksum] ^= std::byte{1};
    CHECK(word_of(checksum, {}) == "dirty-without-logs");
    CHECK(word_of(checksum, {old_log(100)}) == "dirty-logs-unsupported");
    const std::string message =
        test::message_thrown_by([&] { recovery::require_clean(hive(101, 100), {}); });
    CHECK(test::contains(message, "101 and 100"));
}

TEST_CASE("What is no hive is said to be none, dirty or not") {
    CHECK(word_of({}, {}) == "not-a-hive");
    Bytes file = hive();
    file.resize(500);
    CHECK(test::word_thrown_by([&] { recovery::require_clean(file, {}); }) == "malformed-hive");
}

TEST_CASE("The stamp is above every number in the hive and in all its logs") {
    struct Row {
        std::string name;
        std::vector<LogFile> logs;
        std::uint32_t highest;
        bool new_timestamp;
    };
    const std::vector<Row> rows = {
        {"no logs", {}, 100, false},
        {"an empty log", {{"SYSTEM.LOG1", {}, ""}}, 100, false},
        {"a stale log", {new_log(50, 50)}, 100, false},
        {"a log with higher numbers", {new_log(200, 200)}, 200, false},
        {"a remnant with a higher number", {new_log(50, 300)}, 300, false},
        {"the higher of two logs", {new_log(250, 250), new_log(200, 200)}, 250, false},
        {"an old log", {old_log(50)}, 100, true},
        {"an old log with a higher number", {old_log(400)}, 400, true},
        {"one of each", {new_log(300, 301), old_log(200)}, 301, true},
        {"garbage", {{"SYSTEM.LOG", Bytes(4096, std::byte{0xff}), ""}}, 100, false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        CHECK(stamp_of(hive(), row.logs).highest_sequence == row.highest);
        CHECK(stamp_of(hive(), row.logs).new_timestamp == row.new_timestamp);
    }
}

TEST_CASE("A log of a clean hive that cannot be read is a warning") {
    const auto clean =
        recovery::require_clean(hive(), {{"SYSTEM.LOG2", {}, "permission denied"}, old_log(1)});
    REQUIRE(clean.warnings().size() == 1);
    CHECK(test::contains(clean.warnings().front(), "SYSTEM.LOG2"));
    CHECK(test::contains(clean.warnings().front(), "permission denied"));
}

TEST_CASE("Sequence numbers that are used up are refused") {
    // Two above the highest are written, and Windows needs one more.
    constexpr std::uint32_t last_usable = 0xffffffff - 3;
    CHECK(word_of(hive(last_usable, last_usable), {}) == "nothing");
    CHECK(word_of(hive(last_usable + 1, last_usable + 1), {}) == "sequence-exhausted");
    CHECK(word_of(hive(0xffffffff, 0xffffffff), {}) == "sequence-exhausted");
    CHECK(word_of(hive(), {new_log(5, last_usable)}) == "nothing");
    CHECK(word_of(hive(), {new_log(5, last_usable + 1)}) == "sequence-exhausted");
    CHECK(word_of(hive(), {old_log(0xffffffff)}) == "sequence-exhausted");
}
