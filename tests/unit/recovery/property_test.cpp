// SPDX-License-Identifier: GPL-2.0-or-later
// Replay of random edits, whole, cut and damaged: always the state after some complete entry.
#include <doctest/doctest.h>

#include <random>

#include "recovery/clean_hive.h"
#include "recovery/replay.h"
#include "regf/base_block.h"
#include "unit/recovery/states.h"

using namespace nlafix;
namespace f = nlafix::fixture;

namespace {

/// Which state the replay gives; none where it refuses. Fails where the base block is not good.
std::optional<int> replayed_state(const f::DirtyHive& hive, const std::vector<Bytes>& states) {
    const auto logs = test::log_files(hive);
    const recovery::Replay replay = recovery::replay_logs(hive.primary, logs);
    if (!replay.image) return std::nullopt;
    const regf::BaseBlock head = regf::read_base_block(*replay.image);
    if (!head.checksum_is_right() || !head.sequence_numbers_agree()) FAIL("the base block is bad");
    return test::index_of_state(states, *replay.image);
}

f::NewLogOptions random_split(std::mt19937& random, std::size_t edits) {
    f::NewLogOptions options;
    options.first_sequence =
        100 + static_cast<std::uint32_t>(random() % 50);  // with and without a gap
    options.entries_in_first_log = random() % edits + 1;
    options.begun_in_log2 = random() % 2 == 1;
    options.merged = random() % 2 == 1;
    options.remnants = random() % 3;
    return options;
}

/// A hive of four hive bins and one small edit for each entry, so that its logs are a few KB.
std::vector<Bytes> small_states(std::size_t edits) {
    const f::Built hive = f::build(f::small_tree({false, false}));
    std::vector<Bytes> states = {hive.bytes};
    for (std::size_t i = 1; i <= edits; ++i) {
        states.push_back(states.back());
        // The number of Setup\SetupType, which is in its key value.
        f::put_u32(states.back(),
                   f::field(hive.value(u"Setup", u"SetupType").key_value, f::key_value::data),
                   static_cast<std::uint32_t>(1000 + i));
    }
    return states;
}

}  // namespace

TEST_CASE("Random edits in random logs of the new format give the edited hive back to the byte") {
    const f::Built hive = test::roomy_hive();
    for (unsigned seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        const std::size_t edits = random() % 8 + 1;
        const auto states = test::random_states(hive, edits, random, seed % 2 == 0);
        const auto options = random_split(random, edits);
        const auto dirty = f::dirty_hive_new(states, options);
        const auto logs = test::log_files(dirty);
        const auto result = recovery::recover(dirty.primary, logs, recovery::LogPolicy::apply);
        REQUIRE_FALSE(result.refusal.has_value());
        REQUIRE(result.hive.has_value());
        const Bytes image(result.hive->image().begin(), result.hive->image().end());
        CHECK(test::bins_of(image) == test::bins_of(states.back()));
        CHECK(Bytes(image.begin() + 4096, image.end()) ==
              Bytes(states.back().begin() + 4096, states.back().end()));
        CHECK(result.recovered);
        CHECK(result.bins_grew == (states.back().size() > hive.bytes.size()));
        CHECK(f::get_u32(image, f::base_block::primary_sequence) ==
              options.first_sequence + edits - 1);
    }
}

TEST_CASE("Random edits in a log of the old format give the edited hive back to the byte") {
    const f::Built hive = test::roomy_hive();
    for (unsigned seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        const auto states = test::random_states(hive, random() % 4 + 1, random, seed % 2 == 0);
        const char* const suffixes[] = {".LOG", ".LOG1", ".LOG2"};
        const auto dirty = f::dirty_hive_old(states.front(), states.back(), suffixes[random() % 3]);
        const auto logs = test::log_files(dirty);
        const auto result = recovery::recover(dirty.primary, logs, recovery::LogPolicy::apply);
        REQUIRE(result.hive.has_value());
        CHECK(Bytes(result.hive->image().begin() + 4096, result.hive->image().end()) ==
              Bytes(states.back().begin() + 4096, states.back().end()));
    }
}

TEST_CASE("A small log cut at any byte gives the state after its last whole entry") {
    const auto states = small_states(3);
    f::DirtyHive dirty = f::dirty_hive_new(states);
    f::Log& log = dirty.logs[0];
    const Bytes whole = log.bytes;
    for (std::size_t size = whole.size(); size-- > 0;) {
        log.bytes.resize(size);
        int expected = 0;
        for (const std::size_t end : {log.entries[1], log.entries[2], log.end}) {
            if (end <= size) ++expected;
        }
        const auto found = replayed_state(dirty, states);
        // Without a whole entry the hive is refused, not given as it was.
        if (found != (expected == 0 ? std::nullopt : std::optional(expected))) {
            FAIL("cut at " << size << ": state " << found.value_or(-9) << ", not " << expected);
        }
    }
}

TEST_CASE("Either of two logs cut at any byte gives the state after some whole entry") {
    const auto states = small_states(4);
    f::NewLogOptions options;
    options.entries_in_first_log = 2;
    for (const std::size_t which : {0U, 1U}) {
        f::DirtyHive dirty = f::dirty_hive_new(states, options);
        Bytes& bytes = dirty.logs[which].bytes;
        for (std::size_t size = bytes.size(); size-- > 0;) {
            bytes.resize(size);
            const auto found = replayed_state(dirty, states);
            if (found && *found < 1) FAIL("log " << which << " cut at " << size << ": a mixture");
            if (which == 1 && (!found || *found < 2))
                FAIL("cut at " << size << " the first log is lost");
        }
    }
}

TEST_CASE("Larger logs with growth cut at any sector give the state after some whole entry") {
    std::mt19937 random(7);
    const auto states = test::random_states(test::roomy_hive(), 9, random, true);
    f::NewLogOptions options;
    options.entries_in_first_log = 5;
    options.begun_in_log2 = true;
    const f::DirtyHive whole = f::dirty_hive_new(states, options);
    for (const std::size_t which : {0U, 1U}) {
        for (std::size_t size = 0; size < whole.logs[which].bytes.size(); size += 512) {
            f::DirtyHive dirty = whole;
            dirty.logs[which].bytes.resize(size);
            const auto found = replayed_state(dirty, states);
            if (found && *found < 1) FAIL("log " << which << " cut at " << size << ": a mixture");
        }
    }
}

TEST_CASE("A log of the old format cut anywhere is refused") {
    const auto states = small_states(1);
    f::DirtyHive dirty = f::dirty_hive_old(states[0], states[1]);
    CHECK(replayed_state(dirty, states) == 1);
    while (!dirty.logs[0].bytes.empty()) {
        dirty.logs[0].bytes.pop_back();
        if (replayed_state(dirty, states)) FAIL("cut at " << dirty.logs[0].bytes.size());
    }
}

TEST_CASE("A flipped bit anywhere in logs of the new format never gives a mixture") {
    std::mt19937 random(11);
    const auto states = small_states(4);
    for (unsigned round = 0; round < 1500; ++round) {
        f::NewLogOptions options;
        options.entries_in_first_log = round % 4 + 1;
        options.remnants = round % 2;
        f::DirtyHive dirty = f::dirty_hive_new(states, options);
        f::Log& log = dirty.logs[random() % dirty.logs.size()];
        // Half of the flips go to a sector of headers: there is more to get wrong.
        const std::size_t reach = round % 2 == 0 ? 1024 : log.bytes.size();
        const std::size_t at = random() % reach;
        log.bytes[at] ^= static_cast<std::byte>(1U << (random() % 8));
        const auto found = replayed_state(dirty, states);
        if (found && *found < 1) FAIL("round " << round << ", flip at " << at << ": a mixture");
    }
}

TEST_CASE("A flipped bit in the base block or the signature of an old log refuses it") {
    const auto states = small_states(1);
    const f::DirtyHive whole = f::dirty_hive_old(states[0], states[1]);
    for (std::size_t bit = 0; bit < 512 * 8; ++bit) {
        f::DirtyHive dirty = whole;
        dirty.logs[0].bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
        if (replayed_state(dirty, states)) FAIL("bit " << bit << " of the base block");
    }
    for (std::size_t bit = 512 * 8; bit < 516 * 8; ++bit) {
        f::DirtyHive dirty = whole;
        dirty.logs[0].bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
        if (replayed_state(dirty, states)) FAIL("bit " << bit << " of the signature");
    }
}
