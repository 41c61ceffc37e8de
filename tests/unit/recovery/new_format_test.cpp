// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/new_format.h"

#include <doctest/doctest.h>

#include <random>

#include "thrown.h"
#include "unit/recovery/states.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using test::contains;

namespace {

// Three entries with the numbers 110 to 112; pages one by one unless a test merges them.
struct SmallLog {
    std::vector<Bytes> states;
    f::Log log;

    explicit SmallLog(std::size_t remnants = 0, bool merged = false) {
        std::mt19937 random(1);
        states = test::random_states(test::roomy_hive(), 3, random, false);
        f::NewLogOptions options;
        options.merged = merged;
        options.remnants = remnants;
        log = f::dirty_hive_new(states, options).logs[0];
    }
    recovery::NewFormatLog read() const { return recovery::read_new_format(log.bytes, 110); }
    /// Sets a word of the entry, hashes included, so that nothing else is wrong.
    void forge(std::size_t entry, std::size_t field, std::uint32_t number) {
        f::put_u32(log.bytes, log.entries[entry] + field, number);
        f::mend_entry(log.bytes, log.entries[entry]);
    }
};

Bytes applied(const recovery::LogEntry& entry, const Bytes& image) {
    recovery::PageOverlay over;
    recovery::lay_entry(entry, over);
    MemorySource below(image);
    Bytes after(static_cast<std::size_t>(over.size_over(image.size())));
    over.read(below, after, 0);
    return after;
}

}  // namespace

TEST_CASE("An entry is read with its fields, page references and pages") {
    const SmallLog small;
    const auto read = small.read();
    REQUIRE(read.entries.size() == 3);
    CHECK_FALSE(read.ends_in_damage);
    CHECK(read.end_reason == "end of the log");
    const recovery::LogEntry& entry = read.entries[1];
    const auto pages = f::changed_pages(small.states[1], small.states[2], 4096, false);
    CHECK(entry.sequence == 111);
    CHECK(entry.flags == 0);
    CHECK(entry.bins_size_bytes == small.states[2].size() - 4096);
    CHECK(entry.page_count == pages.size());
    CHECK(entry.size_bytes == small.log.entries[2] - small.log.entries[1]);
}

TEST_CASE("Every entry gives the state that it was made from, page by page or merged") {
    for (const bool merged : {false, true}) {
        const SmallLog small(0, merged);
        Bytes image = small.states[0];
        const auto read = small.read();
        REQUIRE(read.entries.size() == 3);
        for (std::size_t k = 0; k < 3; ++k) {
            image = applied(read.entries[k], image);
            CHECK(test::index_of_state(small.states, image) == static_cast<int>(k) + 1);
        }
    }
}

TEST_CASE("An entry that grows the hive makes room for its bins") {
    Bytes after = test::roomy_hive().bytes;
    const Bytes before = after;
    f::grow_by_bin(after, 8192);
    const Bytes entry = f::make_entry(after, 5, f::changed_pages(before, after, 4096, true));
    Bytes log(512);
    log.insert(log.end(), entry.begin(), entry.end());
    const auto read = recovery::read_new_format(log, 5);
    REQUIRE(read.entries.size() == 1);
    Bytes image = before;
    image = applied(read.entries[0], image);
    CHECK(test::bins_of(after) == Bytes(image.begin() + 4096, image.end()));
}

TEST_CASE("An entry without pages is good and changes nothing") {
    const Bytes state = test::roomy_hive().bytes;
    Bytes log(512);
    const Bytes entry = f::make_entry(state, 5, {});
    log.insert(log.end(), entry.begin(), entry.end());
    const auto read = recovery::read_new_format(log, 5);
    REQUIRE(read.entries.size() == 1);
    Bytes image = state;
    image = applied(read.entries[0], image);
    CHECK(image == state);
}

TEST_CASE("Remnants of an earlier use end the log and are no damage") {
    const auto read = SmallLog(2).read();
    CHECK(read.entries.size() == 3);
    CHECK_FALSE(read.ends_in_damage);
    CHECK(contains(read.end_reason, "remnants"));
}

TEST_CASE("A number that is not the next one ends the log") {
    SmallLog small;
    small.forge(1, f::log_entry_field::sequence, 109);
    CHECK(small.read().entries.size() == 1);
    SmallLog again;
    again.forge(1, f::log_entry_field::sequence, 110);
    CHECK(again.read().entries.size() == 1);
}

TEST_CASE("A missing entry before a later one is damage") {
    SmallLog small;
    small.forge(1, f::log_entry_field::sequence, 112);
    const auto read = small.read();
    CHECK(read.entries.size() == 1);
    CHECK(read.ends_in_damage);
}

TEST_CASE("A flipped bit in any entry ends the log there, and is damage if the signature is left") {
    SmallLog small;
    const std::size_t begin = small.log.entries[1], end = small.log.entries[2];
    // Every byte of header and references, then one in 97: prime, so that no column is left out.
    for (std::size_t at = begin; at < end; at += at < begin + 64 ? 1 : 97) {
        CAPTURE(at - begin);
        small.log.bytes[at] ^= std::byte{0x10};
        const auto read = small.read();
        CHECK(read.entries.size() == 1);
        CHECK(read.ends_in_damage == (at >= begin + 4));
        small.log.bytes[at] ^= std::byte{0x10};
    }
}

TEST_CASE("Sizes and references that good hashes vouch for are still checked") {
    struct Row {
        const char* what;
        std::size_t field;
        std::uint32_t number;
    };
    const Row rows[] = {
        {"bins size is no multiple of a page", f::log_entry_field::bins_size, 0x1800},
        {"bins size 0", f::log_entry_field::bins_size, 0},
        {"more pages than the entry has room for", f::log_entry_field::page_count, 0x20000000},
        {"one page behind the end of the bins", f::log_entry_field::first_page, 0x7ffff000},
        {"offset and size that overflow", f::log_entry_field::first_page, 0xfffff000},
        {"a page larger than the entry", f::log_entry_field::first_page + 4, 0x5000},
        {"a page larger than anything", f::log_entry_field::first_page + 4, 0xffffffff},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        SmallLog small;
        small.forge(1, row.field, row.number);
        const auto read = small.read();
        CHECK(read.entries.size() == 1);
        CHECK(read.ends_in_damage);
        CHECK(contains(read.end_reason, "entry 111 is damaged"));
    }
}

TEST_CASE("A size that is no multiple of a sector, below the header or beyond the log is refused") {
    for (const std::uint32_t size : {0U, 39U, 40U, 513U, 0x7ffffe00U, 0xfffffe00U, 0xffffffffU}) {
        CAPTURE(size);
        SmallLog small;
        f::put_u32(small.log.bytes, small.log.entries[1] + f::log_entry_field::size, size);
        CHECK(small.read().entries.size() == 1);
        CHECK(small.read().ends_in_damage);
    }
}

TEST_CASE("A log cut at any byte has the entries that are whole") {
    const SmallLog small(1);
    for (std::size_t size = 0; size <= small.log.bytes.size(); ++size) {
        const ByteView cut = ByteView(small.log.bytes).first(size);
        std::size_t whole = 0;
        for (const std::size_t end : {small.log.entries[1], small.log.entries[2], small.log.end}) {
            if (end <= size) ++whole;
        }
        if (recovery::read_new_format(cut, 110).entries.size() != whole) FAIL("cut at " << size);
    }
}

TEST_CASE("The highest number counts remnants and what follows a damaged entry") {
    SmallLog small(2);
    CHECK(recovery::highest_entry_sequence(small.log.bytes) == 112U);
    small.log.bytes[small.log.entries[0] + 60] ^= std::byte{1};
    CHECK(recovery::highest_entry_sequence(small.log.bytes) == 112U);
    small.forge(2, f::log_entry_field::sequence, 7);
    CHECK(recovery::highest_entry_sequence(small.log.bytes) == 111U);
    CHECK_FALSE(recovery::highest_entry_sequence(Bytes(2000)).has_value());
}

TEST_CASE("The highest number leaves out an entry whose hash is wrong") {
    SmallLog small;
    f::put_u32(small.log.bytes, small.log.entries[2] + f::log_entry_field::sequence, 5000);
    CHECK(recovery::highest_entry_sequence(small.log.bytes) == 111U);
}
