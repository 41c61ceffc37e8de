// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/replay.h"

#include <doctest/doctest.h>

#include <random>

#include "regf/base_block.h"
#include "thrown.h"
#include "unit/recovery/states.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using test::contains;

namespace {

struct Dirty {
    std::vector<Bytes> states;
    f::DirtyHive hive;

    /// Four entries from 110 on, two in each log.
    explicit Dirty(f::NewLogOptions options = two_logs()) {
        std::mt19937 random(3);
        states = test::random_states(test::roomy_hive(), 4, random, false);
        hive = f::dirty_hive_new(states, options);
    }
    static f::NewLogOptions two_logs() {
        f::NewLogOptions options;
        options.entries_in_first_log = 2;
        return options;
    }
    recovery::Replay replay() const {
        const auto logs = test::log_files(hive);
        return recovery::replay_logs(hive.primary, logs);
    }
    /// -2 when nothing was applied.
    int state() const {
        const auto replay_result = replay();
        return replay_result.image ? test::index_of_state(states, *replay_result.image) : -2;
    }
};

}  // namespace

TEST_CASE("A base block with a right checksum keeps all but sequence, bins size and flag bit 0") {
    f::NewLogOptions options;
    options.flags = 1;
    Dirty dirty(options);
    // Garbage in the flags, as old hives have it.
    f::put_u32(dirty.hive.primary, f::base_block::flags, 0xabcd0000);
    f::mend_checksum(dirty.hive.primary);
    const auto image = dirty.replay().image.value();
    CHECK(f::get_u32(image, f::base_block::flags) == 0xabcd0001);
    CHECK(f::get_u32(image, f::base_block::primary_sequence) == 113);
    CHECK(f::get_u32(image, f::base_block::secondary_sequence) == 113);
    Bytes head(image.begin(), image.begin() + 4096),
        before(dirty.hive.primary.begin(), dirty.hive.primary.begin() + 4096);
    for (const std::size_t field :
         {f::base_block::primary_sequence, f::base_block::secondary_sequence, f::base_block::flags,
          f::base_block::checksum}) {
        f::put_u32(head, field, 0);
        f::put_u32(before, field, 0);
    }
    CHECK(head == before);
}

TEST_CASE("Flag bit 0 is taken away when the last entry has none") {
    Dirty dirty;
    f::put_u32(dirty.hive.primary, f::base_block::flags, 3);
    f::mend_checksum(dirty.hive.primary);
    CHECK(f::get_u32(dirty.replay().image.value(), f::base_block::flags) == 2);
}

TEST_CASE("The log that begins with the lower number goes first, whichever its name") {
    for (const bool begun_in_log2 : {false, true}) {
        auto options = Dirty::two_logs();
        options.begun_in_log2 = begun_in_log2;
        Dirty dirty(options);
        CHECK(dirty.state() == 4);
        const auto replay = dirty.replay();
        CHECK(replay.logs[begun_in_log2 ? 1 : 0].first_sequence == 110);
        CHECK(replay.logs[begun_in_log2 ? 0 : 1].last_sequence == 113);
        CHECK(replay.warnings.empty());
        std::swap(dirty.hive.logs[0], dirty.hive.logs[1]);
        CHECK(dirty.state() == 4);
    }
}

TEST_CASE("The first entry may lie above the primary's number, or be it, but not below") {
    struct Row {
        std::uint32_t first;
        bool applied;
    };
    // The primary file has 101 and 100.
    for (const Row& row : {Row{99, false}, Row{100, true}, Row{101, true}, Row{5000, true}}) {
        CAPTURE(row.first);
        f::NewLogOptions options;
        options.first_sequence = row.first;
        const Dirty dirty(options);
        CHECK(dirty.state() == (row.applied ? 4 : -2));
        if (!row.applied) CHECK(contains(dirty.replay().logs[0].why, "is older than the hive"));
    }
}

TEST_CASE("A stale log beside a usable one is left out without a warning") {
    Dirty dirty;
    f::NewLogOptions stale;
    stale.first_sequence = 50;
    dirty.hive.logs[1] = f::dirty_hive_new(dirty.states, stale).logs[0];
    CHECK(dirty.state() == 2);
    CHECK_FALSE(dirty.replay().logs[1].applied);
    CHECK(dirty.replay().warnings.empty());
}

TEST_CASE("The second log must continue with the very next number") {
    for (const std::uint32_t first : {111U, 113U}) {
        CAPTURE(first);
        Dirty dirty;
        f::NewLogOptions options;
        options.first_sequence = first;
        dirty.hive.logs[1] = f::dirty_hive_new(dirty.states, options).logs[0];
        CHECK(dirty.state() == 2);
        CHECK(contains(dirty.replay().logs[1].why, "does not continue"));
        CHECK(dirty.replay().warnings.size() == 1);
    }
}

TEST_CASE("A damaged entry ends its log with a warning, and the next log does not continue it") {
    Dirty dirty;
    dirty.hive.logs[0].bytes[dirty.hive.logs[0].entries[1] + 100] ^= std::byte{1};
    CHECK(dirty.state() == 1);
    const auto replay = dirty.replay();
    CHECK(replay.logs[0].entries == 1);
    CHECK(contains(replay.logs[0].why, "entry 111 is damaged: its hash is wrong"));
    CHECK(replay.warnings.size() == 2);
    CHECK_FALSE(replay.logs[1].applied);
}

TEST_CASE("Nothing is given when the first log's first entry is damaged") {
    Dirty dirty;
    dirty.hive.logs[0].bytes[dirty.hive.logs[0].entries[0] + 100] ^= std::byte{1};
    CHECK(dirty.state() == -2);
}

TEST_CASE("A log whose base block is not valid is not used, and the other one stands for itself") {
    struct Row {
        const char* why;
        std::size_t field;
        bool mended;
    };
    const Row rows[] = {{"wrong checksum", f::base_block::checksum, false},
                        {"sequence numbers differ", f::base_block::secondary_sequence, true},
                        {"no base block", 0, false},
                        {"is not known", f::base_block::file_type, true}};
    for (const Row& row : rows) {
        CAPTURE(row.why);
        Dirty dirty;
        Bytes& log = dirty.hive.logs[0].bytes;
        f::put_u32(log, row.field, 7);
        if (row.mended) f::mend_checksum(log);
        CHECK(dirty.state() == 4);
        CHECK(contains(dirty.replay().logs[0].why, row.why));
    }
}

TEST_CASE(
    "Two wrong sequence numbers that cancel out are believed, for the entries do not follow") {
    Dirty dirty;
    // The XOR of the words is as before, so the checksum is right.
    f::put_u32(dirty.hive.logs[0].bytes, f::base_block::primary_sequence, 500);
    f::put_u32(dirty.hive.logs[0].bytes, f::base_block::secondary_sequence, 500);
    const auto replay = dirty.replay();
    CHECK_FALSE(replay.logs[0].applied);
    CHECK(dirty.state() == 4);
}

TEST_CASE("A wrong checksum takes the base block and the entries of the latest log alone") {
    Dirty dirty;
    f::put_u32(dirty.hive.primary, f::base_block::root_cell, 0x7777);
    const auto replay = dirty.replay();
    REQUIRE(replay.image.has_value());
    CHECK(dirty.state() == 4);
    CHECK(f::get_u32(*replay.image, f::base_block::file_type) == 0);
    CHECK(f::get_u32(*replay.image, f::base_block::root_cell) == 32);
    CHECK_FALSE(replay.logs[0].applied);
    CHECK(replay.logs[1].applied);
}

TEST_CASE("A torn header over an edit brings no older log back, while it is written and after") {
    struct Row {
        std::uint32_t primary, secondary;
        int state;
    };
    // The last entry is 113. Windows writes 114 when it has all; an edit 114 and 115, then 115.
    for (const Row& row :
         {Row{101, 100, 4}, Row{114, 113, 4}, Row{115, 114, -2}, Row{115, 115, -2}}) {
        CAPTURE(row.primary);
        CAPTURE(row.secondary);
        Dirty dirty;
        f::put_sequences(dirty.hive.primary, row.primary, row.secondary);
        f::put_u32(dirty.hive.primary, f::base_block::checksum,
                   f::base_block_checksum(dirty.hive.primary) ^ 1);
        CHECK(dirty.state() == row.state);
    }
}

TEST_CASE("Growth is taken from the last entry, and reported") {
    std::vector<Bytes> states = {test::roomy_hive().bytes};
    for (int i = 0; i < 2; ++i) {
        states.push_back(states.back());
        f::grow_by_bin(states.back());
    }
    const auto hive = f::dirty_hive_new(states);
    const auto logs = test::log_files(hive);
    const auto replay = recovery::replay_logs(hive.primary, logs);
    CHECK(replay.bins_grew);
    CHECK(test::index_of_state(states, replay.image.value()) == 2);
    CHECK_FALSE(Dirty().replay().bins_grew);
}

TEST_CASE("What lies behind the last bin stays, also where bins shrink") {
    std::vector<Bytes> states = {test::roomy_hive().bytes, test::roomy_hive().bytes};
    f::grow_by_bin(states[0]);
    const auto hive = f::dirty_hive_new(states);
    const auto logs = test::log_files(hive);
    const auto image = recovery::replay_logs(hive.primary, logs).image.value();
    CHECK(image.size() == states[0].size());
    CHECK(f::get_u32(image, f::base_block::bins_size) == states[1].size() - 4096);
}

TEST_CASE("A forged size of the hive bins takes no memory") {
    Dirty dirty;
    f::Log& log = dirty.hive.logs[0];
    f::put_u32(log.bytes, log.entries[0] + f::log_entry_field::bins_size, 0xfffff000);
    f::mend_entry(log.bytes, log.entries[0]);
    CHECK(dirty.state() == -2);
    CHECK(contains(dirty.replay().logs[0].why, "impossibly large"));
}

TEST_CASE("An old-format log applies only with the time of the primary file") {
    const Dirty source;
    auto hive = f::dirty_hive_old(source.states[0], source.states[4]);
    auto logs = test::log_files(hive);
    const auto replay = recovery::replay_logs(hive.primary, logs);
    CHECK(test::index_of_state(source.states, replay.image.value()) == 4);
    CHECK(replay.logs[0].entries == 1);
    f::put_u64(logs[0].bytes, f::base_block::timestamp, f::fixed_time + 1);
    f::mend_checksum(logs[0].bytes);
    CHECK_FALSE(recovery::replay_logs(hive.primary, logs).image.has_value());
    CHECK(contains(recovery::replay_logs(hive.primary, logs).logs[0].why, "timestamp differs"));
}

TEST_CASE("With a wrong checksum the time of the first bin counts for an old-format log") {
    const Dirty source;
    auto hive = f::dirty_hive_old(source.states[0], source.states[4]);
    f::put_u64(hive.primary, f::base_block::timestamp, 5);  // and the checksum is wrong
    const auto logs = test::log_files(hive);
    const auto replay = recovery::replay_logs(hive.primary, logs);
    CHECK(test::index_of_state(source.states, replay.image.value()) == 4);
    CHECK(f::get_u32(*replay.image, f::base_block::file_type) == 0);
    f::put_u64(hive.primary, 4096 + f::hive_bin::timestamp, 5);
    CHECK_FALSE(recovery::replay_logs(hive.primary, logs).image.has_value());
}

TEST_CASE("LOG1 is preferred over LOG2, and both over LOG, in any order and case") {
    const Dirty source;
    const char* const names[] = {"SYSTEM.log1", "SYSTEM.LOG2", "SYSTEM.LOG"};
    for (std::size_t usable = 0; usable < 3; ++usable) {
        // Those before `usable` are of another time; each brings another state.
        std::vector<recovery::LogFile> logs;
        for (std::size_t i = 3; i-- > 0;) {
            Bytes log = f::dirty_hive_old(source.states[0], source.states[i + 1]).logs[0].bytes;
            if (i < usable) f::put_u64(log, f::base_block::timestamp, 5);
            f::mend_checksum(log);
            logs.push_back({names[i], log, ""});
        }
        const auto primary = f::dirty_hive_old(source.states[0], source.states[1]).primary;
        const auto replay = recovery::replay_logs(primary, logs);
        CHECK(test::index_of_state(source.states, replay.image.value()) ==
              static_cast<int>(usable) + 1);
        CHECK(replay.logs[2 - usable].applied);
    }
}

TEST_CASE("A log that cannot be read, or is empty, is named as such") {
    Dirty dirty;
    auto logs = test::log_files(dirty.hive);
    logs[0] = {"SYSTEM.LOG1", {}, "Input/output error"};
    logs[1].bytes.clear();
    const auto replay = recovery::replay_logs(dirty.hive.primary, logs);
    CHECK_FALSE(replay.image.has_value());
    CHECK(replay.logs[0].why == "cannot be read: Input/output error");
    CHECK(replay.logs[1].why == "is empty");
}
