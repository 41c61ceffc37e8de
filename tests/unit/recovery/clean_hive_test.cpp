// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/clean_hive.h"

#include <doctest/doctest.h>

#include <random>

#include "thrown.h"
#include "unit/recovery/states.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using recovery::LogPolicy;
using test::contains;

namespace {

struct Case {
    Bytes primary;
    std::vector<recovery::LogFile> logs;

    recovery::Recovery recover(LogPolicy policy = LogPolicy::apply) const {
        return recovery::recover(primary, logs, policy);
    }
    std::string refusal() const {
        const auto result = recover();
        return result.refusal ? std::string(word_of(result.refusal->code())) : "nothing";
    }
};

std::vector<Bytes> some_states() {
    std::mt19937 random(5);
    return test::random_states(test::roomy_hive(), 3, random, true);
}

Case dirty_case() {
    const auto hive = f::dirty_hive_new(some_states());
    return {hive.primary, test::log_files(hive)};
}

Case clean_case() {
    return {some_states()[0], dirty_case().logs};
}

}  // namespace

TEST_CASE("Dirty is a wrong checksum or sequence numbers that differ, and nothing else") {
    Bytes hive = test::roomy_hive().bytes;
    CHECK_FALSE(recovery::is_dirty(regf::read_base_block(hive)));
    f::put_sequences(hive, 101, 100);
    CHECK(recovery::is_dirty(regf::read_base_block(hive)));
    f::put_sequences(hive, 100, 101);
    CHECK(recovery::is_dirty(regf::read_base_block(hive)));
    f::put_sequences(hive, 100, 100);
    f::put_u32(hive, f::base_block::checksum, f::base_block_checksum(hive) ^ 1);
    CHECK(recovery::is_dirty(regf::read_base_block(hive)));
}

TEST_CASE("A clean hive is given as it is, whatever its logs hold") {
    Case hive = clean_case();
    // Good entries with later numbers, garbage, one that cannot be read.
    hive.logs.push_back({"SYSTEM.LOG2", Bytes(3000, std::byte{0xff}), ""});
    hive.logs.push_back({"SYSTEM.LOG", {}, "no permission"});
    const auto result = hive.recover();
    REQUIRE(result.hive.has_value());
    CHECK(result.hive->image().data() == hive.primary.data());
    CHECK_FALSE(result.recovered);
    CHECK(result.logs.empty());
    REQUIRE(result.warnings.size() == 1);
    CHECK(contains(result.warnings[0], "SYSTEM.LOG cannot be read"));
}

TEST_CASE("A dirty hive is given with its logs applied, in bytes of its own") {
    const Case hive = dirty_case();
    const Bytes before = hive.primary;
    const auto result = hive.recover();
    REQUIRE(result.hive.has_value());
    CHECK(result.recovered);
    CHECK(result.bins_grew);
    CHECK(hive.primary == before);
    const Bytes image(result.hive->image().begin(), result.hive->image().end());
    CHECK(test::index_of_state(some_states(), image) == 3);
}

TEST_CASE("The number to exceed is the highest in the primary, the logs' base blocks and entries") {
    Case hive = dirty_case();  // 101 and 100; entries 110 to 112
    CHECK(hive.recover().hive->stamp().highest_sequence == 112);
    CHECK_FALSE(hive.recover().hive->stamp().new_timestamp);

    hive = clean_case();
    CHECK(hive.recover().hive->stamp().highest_sequence == 112);
    f::put_sequences(hive.primary, 700, 700);
    CHECK(hive.recover().hive->stamp().highest_sequence == 700);

    // In a log that is not applied, and in a base block whose two numbers differ.
    f::NewLogOptions later;
    later.first_sequence = 900;
    later.entries_in_first_log = 3;
    hive.logs.push_back({"SYSTEM.LOG2", f::dirty_hive_new(some_states(), later).logs[0].bytes, ""});
    CHECK(hive.recover().hive->stamp().highest_sequence == 902);
    f::put_sequences(hive.logs[1].bytes, 900, 2000);
    CHECK(hive.recover().hive->stamp().highest_sequence == 2000);
    // A base block that nobody can trust does not count, its good entries do.
    hive.logs[1].bytes[508] ^= std::byte{1};
    CHECK(hive.recover().hive->stamp().highest_sequence == 902);
}

TEST_CASE("Beside logs of the old format the edited hive needs a new time") {
    const auto old_hive = f::dirty_hive_old(some_states()[0], some_states()[1], ".LOG");
    Case hive{old_hive.primary, test::log_files(old_hive)};
    CHECK(hive.recover().hive->stamp().new_timestamp);
    f::put_sequences(hive.primary, 100, 100);
    CHECK(hive.recover().hive->stamp().new_timestamp);
    f::put_u32(hive.logs[0].bytes, f::base_block::file_type, 2);
    f::mend_checksum(hive.logs[0].bytes);
    CHECK(hive.recover().hive->stamp().new_timestamp);
}

TEST_CASE("Sequence numbers that are used up are refused") {
    Case hive = clean_case();
    hive.logs.clear();
    // Three more numbers are needed.
    f::put_sequences(hive.primary, 0xfffffffc, 0xfffffffc);
    CHECK(hive.refusal() == "nothing");
    f::put_sequences(hive.primary, 0xfffffffd, 0xfffffffd);
    CHECK(hive.refusal() == "sequence-exhausted");
}

TEST_CASE("Without a log, or with empty ones, a dirty hive is refused") {
    Case hive = dirty_case();
    hive.logs.clear();
    CHECK(hive.refusal() == "dirty-without-logs");
    hive.logs = {{"SYSTEM.LOG1", {}, ""}, {"SYSTEM.LOG2", {}, ""}};
    CHECK(hive.refusal() == "dirty-without-logs");
    CHECK(contains(hive.recover().refusal->message(), "differ (101 and 100)"));
    hive.primary[f::base_block::checksum] ^= std::byte{1};
    CHECK(contains(hive.recover().refusal->message(), "checksum of its base block is wrong"));
}

TEST_CASE("With logs of which none applies a dirty hive is refused, with a reason for each") {
    Case hive = dirty_case();
    hive.logs[0].bytes[508] ^= std::byte{1};
    hive.logs.push_back({"SYSTEM.LOG2", {}, "no permission"});
    CHECK(hive.refusal() == "dirty-logs-unusable");
    const std::string message = hive.recover().refusal->message();
    CHECK(contains(message, "SYSTEM.LOG1 its base block has a wrong checksum"));
    CHECK(contains(message, "SYSTEM.LOG2 cannot be read: no permission"));
    CHECK_FALSE(hive.recover().hive.has_value());
}

TEST_CASE("A hive that its logs break is refused: signature, offset and size of every bin") {
    struct Row {
        std::size_t offset;
        std::uint32_t number;
    };
    for (const Row& row : {Row{0, 0}, Row{f::hive_bin::offset, 4096}, Row{f::hive_bin::size, 0},
                           Row{f::hive_bin::size, 0x1234}, Row{f::hive_bin::size, 0x7ffff000}}) {
        CAPTURE(row.offset);
        CAPTURE(row.number);
        auto states = some_states();
        f::put_u32(states.back(), 4096 + row.offset, row.number);
        const auto built = f::dirty_hive_new(states);
        const Case hive{built.primary, test::log_files(built)};
        CHECK(hive.refusal() == "malformed-hive");
        CHECK(contains(hive.recover().refusal->message(), "with its transaction logs applied"));
    }
}

TEST_CASE("Ignored logs leave the primary file's content and say what is lost") {
    f::Key after = f::small_tree({true, true});
    f::at(after, u"Setup").subkeys.push_back(f::make_key(u"New"));
    const auto built =
        f::dirty_hive_new({f::build(f::small_tree({true, true})).bytes, f::build(after).bytes});
    Case hive{built.primary, test::log_files(built)};
    const auto result = hive.recover(LogPolicy::ignore);
    REQUIRE(result.hive.has_value());
    const Bytes image(result.hive->image().begin(), result.hive->image().end());
    CHECK(Bytes(image.begin() + 4096, image.end()) ==
          Bytes(hive.primary.begin() + 4096, hive.primary.end()));
    CHECK_FALSE(recovery::is_dirty(regf::read_base_block(image)));
    CHECK_FALSE(result.recovered);
    REQUIRE(result.ignored.has_value());
    CHECK(result.ignored->entries == 1);
    CHECK(result.ignored->pages == 1);
    REQUIRE(result.ignored->losses.has_value());
    CHECK(result.ignored->losses->keys == 1);
    CHECK(result.hive->stamp().highest_sequence == 110);
    CHECK(result.warnings.size() == 1);
}

TEST_CASE("Ignored logs of a hive without any, or with useless ones, leave nothing to count") {
    Case hive = dirty_case();
    hive.logs[0].bytes[508] ^= std::byte{1};
    auto result = hive.recover(LogPolicy::ignore);
    CHECK(result.ignored->entries == 0);
    CHECK_FALSE(result.ignored->losses.has_value());
    CHECK(result.ignored->is_known);
    hive.logs[0].error = "Input/output error";
    result = hive.recover(LogPolicy::ignore);
    CHECK_FALSE(result.ignored->is_known);
    CHECK(test::contains(result.warnings.back(), "not all could be read, so what is lost is not"));
    hive.logs.clear();
    result = hive.recover(LogPolicy::ignore);
    CHECK(result.hive.has_value());
    CHECK_FALSE(result.ignored->is_known);
    CHECK(test::contains(result.warnings.back(), "none was seen, so what is lost is not known"));
}

TEST_CASE("A clean hive does not care whether its logs are to be ignored") {
    const Case hive = clean_case();
    const auto result = hive.recover(LogPolicy::ignore);
    CHECK(result.hive->image().data() == hive.primary.data());
    CHECK_FALSE(result.ignored.has_value());
    CHECK(result.warnings.empty());
}
