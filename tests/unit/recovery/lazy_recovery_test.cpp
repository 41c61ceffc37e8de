// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/lazy_recovery.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "counting_source.h"
#include "recovery/clean_hive.h"
#include "regf/hive.h"
#include "regf/key_value.h"
#include "thrown.h"
#include "unit/recovery/states.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using recovery::LazyRecovery;
using recovery::LogFile;
using recovery::LogPolicy;

namespace {

/// Every key and value of `expected` is the same in `found`.
void check_same(const regf::Cells& expected, const regf::Cells& found) {
    std::vector<regf::CellOffset> open = {expected.base_block().root_offset};
    while (!open.empty()) {
        const regf::CellOffset offset = open.back();
        open.pop_back();
        const regf::KeyNode key(expected, offset);
        CHECK(equal(regf::KeyNode(found, offset).cell(), key.cell()));
        for (const regf::CellOffset value : key.values()) {
            CHECK(regf::KeyValue(found, value).data() == regf::KeyValue(expected, value).data());
        }
        for (const regf::CellOffset subkey : key.subkeys()) open.push_back(subkey);
    }
}

}  // namespace

TEST_CASE("A dirty hive is read as its logs complete it, page by page as in one piece") {
    std::mt19937 random(3);
    for (const bool new_format : {true, false}) {
        CAPTURE(new_format);
        for (int round = 0; round < 10; ++round) {
            const auto states = test::random_states(test::roomy_hive(), 3, random, false);
            const f::DirtyHive dirty =
                new_format ? f::dirty_hive_new(states) : f::dirty_hive_old(states[0], states[1]);
            const std::vector<LogFile> logs = test::log_files(dirty);
            const auto whole = recovery::recover(dirty.primary, logs, LogPolicy::apply);
            REQUIRE(whole.hive);
            test::CountingSource source(dirty.primary);
            const LazyRecovery lazy(
                source, [&] { return logs; }, LogPolicy::apply);
            CHECK(lazy.recovered());
            CHECK(lazy.warnings() == whole.warnings);
            CHECK(lazy.hive().base_block().primary_sequence ==
                  regf::read_base_block(whole.hive->image()).primary_sequence);
            const regf::Hive expected(whole.hive->image());
            check_same(expected, lazy.hive());
        }
    }
}

TEST_CASE("Of a dirty hive no more is read than of a clean one, but for its logs") {
    std::mt19937 random(4);
    const auto states = test::random_states(test::roomy_hive(), 2, random, false);
    const f::DirtyHive dirty = f::dirty_hive_new(states);
    test::CountingSource source(dirty.primary);
    const LazyRecovery lazy(
        source, [&] { return test::log_files(dirty); }, LogPolicy::apply);
    // Twice the base block: once to see that it is dirty, once for the plan of the replay.
    CHECK(source.bytes_read <= 2 * 4096);
}

TEST_CASE("The logs of a clean hive are not asked for") {
    const f::Built built = test::roomy_hive();
    MemorySource source(built.bytes);
    int asked = 0;
    const LazyRecovery lazy(
        source, [&] { return ++asked, std::vector<LogFile>(); }, LogPolicy::apply);
    CHECK(asked == 0);
    CHECK_FALSE(lazy.recovered());
    CHECK(lazy.hive().base_block().checksum_is_right());
}

TEST_CASE("A dirty hive whose logs do not help is refused in the words of a whole reading") {
    std::mt19937 random(5);
    const auto states = test::random_states(test::roomy_hive(), 2, random, false);
    const f::DirtyHive dirty = f::dirty_hive_new(states);
    for (const std::vector<LogFile>& logs :
         {std::vector<LogFile>(), std::vector<LogFile>{{"SYSTEM.LOG1", Bytes(100), ""}},
          std::vector<LogFile>{{"SYSTEM.LOG1", {}, "no permission"}}}) {
        MemorySource source(dirty.primary);
        const auto refused = recovery::recover(dirty.primary, logs, LogPolicy::apply).refusal;
        REQUIRE(refused);
        const auto error = test::error_of([&] {
            LazyRecovery lazy(
                source, [&] { return logs; }, LogPolicy::apply);
        });
        REQUIRE(error);
        CHECK(error->message() == refused->message());
        CHECK(error->code() == refused->code());
    }
}

TEST_CASE("With its logs ignored a dirty hive is what the primary file says") {
    std::mt19937 random(6);
    const auto states = test::random_states(test::roomy_hive(), 2, random, false);
    const f::DirtyHive dirty = f::dirty_hive_new(states);
    MemorySource source(dirty.primary);
    const LazyRecovery lazy(
        source, [&] { return test::log_files(dirty); }, LogPolicy::ignore);
    CHECK_FALSE(lazy.recovered());
    REQUIRE(lazy.warnings().size() == 1);
    const auto whole = recovery::recover(dirty.primary, test::log_files(dirty), LogPolicy::ignore);
    check_same(regf::Hive(whole.hive->image()), lazy.hive());
}
