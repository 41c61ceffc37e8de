// SPDX-License-Identifier: GPL-2.0-or-later
// What a log says of itself: format, entries, sequence numbers.
#include "recovery/transaction_log.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "log_builder.h"
#include "recovery/marvin32.h"
#include "system_tree.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using recovery::LogFormat;
using recovery::LogSummary;
using recovery::summarize_log;

namespace {

Bytes hive() {
    return f::build(f::small_tree({true, true})).bytes;
}

f::LogEntry entry(std::uint32_t sequence, std::size_t pages = 1) {
    f::LogEntry result{sequence, 8192, {}, 0};
    for (std::size_t i = 0; i < pages; ++i) {
        result.pages.push_back({static_cast<std::uint32_t>(4096 * i), Bytes(4096, std::byte{7})});
    }
    return result;
}

Bytes log_with(std::uint32_t sequence, const std::vector<f::LogEntry>& entries) {
    return f::new_format_log(hive(), sequence, entries);
}

// Where the entries of log_with begin: header and page references of an entry with one page take
// less than a sector, its data eight.
constexpr std::size_t first_entry_at = 512;
constexpr std::size_t entry_bytes = 9 * 512;

}  // namespace

TEST_CASE("Marvin32 gives the values of a second program") {
    // Made with a Python program written from the specification, which also gives the three values
    // published for Marvin32 with the seed 004FB61A001BDBCC (no bytes: 30ED35C100CD3C7D, AF:
    // 48E73FC77D75DDC1, E7 0F: B5F6E1FC485DBFF8).
    const auto hash = [](const std::string& text) {
        return recovery::marvin32(std::as_bytes(std::span(text)));
    };
    CHECK(hash("") == 0xb39efca403966e08);
    CHECK(hash("a") == 0x21a013c726f292f4);
    CHECK(hash("ab") == 0x7911da00317285f8);
    CHECK(hash("abc") == 0xb9cf3dfca41914f7);
    CHECK(hash("abcd") == 0x20094fb11a6cd086);
    CHECK(hash("abcde") == 0x187f15f625046b86);
    CHECK(hash(std::string(32, '\0')) == 0xda91a06ac5359223);
    CHECK(hash("HvLEHvLEHvLEHvLEHvLEHvLEHvLEHvLExxxxxxx") == 0x006feaa2659fbcc4);
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    CHECK(hash(all) == 0xe8f3685710a60b65);
}

TEST_CASE("An empty log holds nothing, and what is no log says nothing") {
    CHECK(summarize_log({}).format == LogFormat::empty);
    CHECK_FALSE(summarize_log({}).highest_sequence);
    for (const std::size_t size : {1U, 4U, 511U, 512U, 4096U}) {
        const LogSummary summary = summarize_log(Bytes(size));
        CHECK(summary.format == LogFormat::unknown);
        CHECK_FALSE(summary.base_block_is_valid);
        CHECK_FALSE(summary.highest_sequence);
        CHECK(summary.entry_count == 0);
    }
    Bytes cut = log_with(5, {});
    cut.resize(511);
    CHECK(summarize_log(cut).format == LogFormat::unknown);
}

TEST_CASE("The format of a log shows from its type, or from what follows the base block") {
    for (const std::uint32_t type : {1U, 2U}) {
        CHECK(summarize_log(f::log_base_block(hive(), 5, type)).format == LogFormat::old_format);
    }
    CHECK(summarize_log(f::log_base_block(hive(), 5, 6)).format == LogFormat::new_format);
    CHECK(summarize_log(f::log_base_block(hive(), 5, 0)).format == LogFormat::unknown);
    Bytes log = f::log_base_block(hive(), 5, 0);
    const Bytes more = f::log_entry(entry(5));
    log.insert(log.end(), more.begin(), more.end());
    CHECK(summarize_log(log).format == LogFormat::new_format);
    log = f::log_base_block(hive(), 5, 0);
    log.resize(1024);
    f::put_text(log, 512, "DIRT");
    CHECK(summarize_log(log).format == LogFormat::old_format);
}

TEST_CASE("A log of the old format has the numbers of its base block") {
    const Bytes log = f::old_format_log(hive(), 77, {{0, Bytes(512)}, {3, Bytes(512)}});
    const LogSummary summary = summarize_log(log);
    CHECK(summary.format == LogFormat::old_format);
    CHECK(summary.base_block_is_valid);
    CHECK(summary.highest_sequence == 77);
    CHECK(summary.entry_count == 0);
}

TEST_CASE("Entries in unbroken sequence are counted") {
    const LogSummary none = summarize_log(log_with(5, {}));
    CHECK(none.base_block_is_valid);
    CHECK(none.highest_sequence == 5);
    CHECK(none.entry_count == 0);
    const LogSummary three = summarize_log(log_with(5, {entry(5), entry(6, 2), entry(7, 0)}));
    CHECK(three.entry_count == 3);
    CHECK(three.first_sequence == 5);
    CHECK(three.last_sequence == 7);
    CHECK(three.highest_sequence == 7);
}

TEST_CASE("The sequence ends at a gap, but the highest number counts what lies behind it") {
    struct Row {
        std::string name;
        std::vector<std::uint32_t> sequences;
        std::uint32_t count, highest;
    };
    for (const Row& row :
         std::vector<Row>{{"a gap", {5, 6, 8, 9}, 2, 9},
                          {"the first is too high", {6, 7}, 0, 7},
                          {"the first is too low", {4, 5}, 0, 5},
                          {"remnants of an earlier round", {5, 6, 3, 4}, 2, 6},
                          {"the same twice", {5, 5, 6}, 1, 6},
                          {"remnants above everything", {5, 4'000'000'000}, 1, 4'000'000'000},
                          {"the highest number wraps", {5, 0xffffffff, 0}, 1, 0xffffffff}}) {
        CAPTURE(row.name);
        std::vector<f::LogEntry> entries;
        for (const std::uint32_t sequence : row.sequences) entries.push_back(entry(sequence));
        const LogSummary summary = summarize_log(log_with(5, entries));
        CHECK(summary.entry_count == row.count);
        CHECK(summary.highest_sequence == row.highest);
    }
}

TEST_CASE("An entry with anything wrong ends the sequence and does not count") {
    const Bytes good = log_with(5, {entry(5), entry(6), entry(7)});
    REQUIRE(good.size() == 512 + 3 * entry_bytes);
    REQUIRE(summarize_log(good).entry_count == 3);
    const std::size_t second = first_entry_at + entry_bytes;
    using namespace f::log_entry_field;
    for (const std::size_t at :
         {std::size_t{0}, size, flags, sequence, bins_size, page_count, hash_1, hash_1 + 7, hash_2,
          hash_2 + 7, first_page, entry_bytes - 1, entry_bytes / 2}) {
        CAPTURE(at);
        Bytes log = good;
        log[second + at] ^= std::byte{1};
        const LogSummary summary = summarize_log(log);
        CHECK(summary.entry_count == 1);
        CHECK(summary.last_sequence == 5);
        CHECK(summary.highest_sequence == 7);  // the third is whole
    }
}

TEST_CASE("A size that no entry can have ends the sequence, although the hashes fit") {
    struct Row {
        std::string name;
        std::uint32_t size_bytes;
    };
    for (const Row& row : {Row{"0", 0}, Row{"the header alone", 40}, Row{"no multiple", 4600},
                           Row{"beyond the log", 512 * 100}, Row{"the largest", 0xfffffe00}}) {
        CAPTURE(row.name);
        Bytes broken = f::log_entry(entry(5));
        f::put_u32(broken, f::log_entry_field::size, row.size_bytes);
        f::mend_log_entry(broken);
        Bytes log = log_with(5, {});
        log.insert(log.end(), broken.begin(), broken.end());
        CHECK(summarize_log(log).entry_count == 0);
        CHECK(summarize_log(log).highest_sequence == 5);
    }
}

TEST_CASE("A log that was cut keeps the entries in front of the cut") {
    const Bytes whole = log_with(5, {entry(5), entry(6)});
    for (std::size_t length = 512; length < whole.size(); length += 100) {
        CAPTURE(length);
        const Bytes log(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        CHECK(summarize_log(log).entry_count == (length < first_entry_at + entry_bytes ? 0 : 1));
    }
}

TEST_CASE("A base block that is not valid vouches for no entry, but whole entries still count") {
    Bytes unequal = log_with(5, {entry(9)});
    f::put_u32(unequal, f::base_block::primary_sequence, 6);
    f::mend_checksum(unequal);
    CHECK_FALSE(summarize_log(unequal).base_block_is_valid);
    CHECK(summarize_log(unequal).highest_sequence == 9);
    CHECK(summarize_log(unequal).entry_count == 0);

    Bytes checksum = log_with(5, {entry(5)});
    f::put_u32(checksum, f::base_block::primary_sequence, 4'000'000'000);
    const LogSummary summary = summarize_log(checksum);
    CHECK_FALSE(summary.base_block_is_valid);
    CHECK(summary.entry_count == 0);
    CHECK(summary.highest_sequence == 5);  // of the entry; nobody vouches for the base block
}

TEST_CASE("Forged entries that overlap cost no more than a few times the log") {
    // An entry header in every sector, each of which claims all the rest of the log: hashed one by
    // one, 8,000 entries of up to 4 MB would be 16 GB.
    constexpr std::size_t sectors = 8'000;
    Bytes log = f::log_base_block(hive(), 5, f::new_log_type);
    log.resize(512 * (sectors + 1));
    for (std::size_t sector = 1; sector <= sectors; ++sector) {
        const std::size_t at = 512 * sector;
        Bytes header(32);
        f::put_text(header, 0, "HvLE");
        f::put_u32(header, f::log_entry_field::size, static_cast<std::uint32_t>(log.size() - at));
        f::put_u32(header, f::log_entry_field::sequence, 5);
        std::copy(header.begin(), header.end(), log.begin() + static_cast<std::ptrdiff_t>(at));
        f::put_u64(log, at + f::log_entry_field::hash_2, f::log_hash(header));
    }
    const LogSummary summary = summarize_log(log);
    CHECK(summary.entry_count == 0);
    CHECK(summary.highest_sequence == 5);
}
