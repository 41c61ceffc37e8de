// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/log_first.h"

#include <doctest/doctest.h>

#include "dirty_hive.h"
#include "log_first_hives.h"
#include "recovery/bins_range.h"
#include "recovery/new_format.h"
#include "recovery/old_format.h"
#include "recovery/replay.h"
#include "regf/base_block.h"
#include "system_tree.h"

using namespace nlafix;
namespace f = nlafix::fixture;

namespace {

/// A hive, and one in which a byte of its first and of its last page is another.
std::pair<Bytes, Bytes> two_states() {
    const Bytes before = f::build(f::small_tree({false, false})).bytes;
    Bytes after = before;
    after[4096 + 4095] ^= std::byte{1};
    after.back() ^= std::byte{1};
    return {before, after};
}

std::vector<recovery::LogFile> logs_of(const test::LoggedHive& hive) {
    std::vector<recovery::LogFile> logs;
    for (const test::NamedLog& log : hive.logs)
        logs.push_back({"SYSTEM" + log.suffix, log.bytes, ""});
    return logs;
}

std::string why_not(const test::LoggedHive& hive, std::vector<recovery::LogFile> logs,
                    recovery::Growth growth = recovery::Growth::allowed) {
    Bytes wanted = hive.primary;
    const recovery::Replay replay = recovery::replay_logs(hive.primary, logs);
    if (f::get_u32(wanted, 4) != f::get_u32(wanted, 8) && replay.image) wanted = *replay.image;
    wanted[4096 + 4095] ^= std::byte{1};
    return recovery::plan_log_first({hive.primary, logs}, wanted, growth).why_not;
}

}  // namespace

TEST_CASE(
    "An entry that is written is the one that the tests' own builder makes, and ends with a page") {
    const auto [before, after] = two_states();
    const auto pages = recovery::changed_pages(before, after);
    const Bytes entry = recovery::write_entry(after, pages, 7, 512);
    CHECK((entry.size() + 512) % 4096 == 0);
    Bytes expected = f::make_entry(after, 7, f::changed_pages(before, after, 4096, true));
    expected.resize(entry.size());
    f::put_u32(expected, f::log_entry_field::size, static_cast<std::uint32_t>(entry.size()));
    f::mend_log_entry(expected);
    CHECK(entry == expected);
}

TEST_CASE("A log of the old format that is written is the one that the tests' own builder makes") {
    const auto [before, after] = two_states();
    const Bytes expected = f::make_old_log(after, 9, f::changed_pages(before, after, 4096, true));
    const Bytes log = recovery::write_old_format(ByteView(expected).first(512), after,
                                                 recovery::changed_pages(before, after));
    CHECK(log == expected);
}

TEST_CASE("Where the bytes do not prove that it holds there is no way with the log first") {
    const auto hives = test::log_first_hives();
    const test::LoggedHive& clean = hives.front();
    auto logs = logs_of(clean);
    CHECK(why_not(clean, logs).empty());
    CHECK(why_not(clean, {}).find("proves") != std::string::npos);
    logs[0].error = "no permission";
    CHECK(why_not(clean, logs).find("cannot be read") != std::string::npos);
    logs = logs_of(clean);
    for (recovery::LogFile& log : logs) log.bytes.resize(5 * 512);
    CHECK_FALSE(why_not(clean, logs, recovery::Growth::forbidden).empty());
    for (const test::LoggedHive& hive : hives) {
        CAPTURE(hive.name);
        auto whole = logs_of(hive);
        if (hive.name.find("dirty, new format") == std::string::npos) continue;
        whole.back().bytes[700] ^= std::byte{1};  // in its first entry
        CHECK_FALSE(why_not(hive, whole).empty());
    }
}

TEST_CASE("A base block that a cut left behind is zeroed before anything new is written") {
    const test::LoggedHive hive = test::log_first_hives().front();  // clean, new format
    std::vector<Bytes> files = {hive.primary};
    for (const test::NamedLog& log : hive.logs) files.push_back(log.bytes);
    Bytes wanted = hive.primary;
    wanted[4096 + 4095] ^= std::byte{1};
    const recovery::LogFirst cut =
        recovery::plan_log_first({hive.primary, logs_of(hive)}, wanted, recovery::Growth::allowed);
    REQUIRE(cut.possible());

    // As far as the log's base block, and not to the header.
    FileIndex log = primary_file;
    for (const Epoch& epoch : cut.epochs) {
        if (epoch.writes.front().file == primary_file) break;
        apply_epoch(epoch, files);
        if (epoch.what == "log base block") log = epoch.writes.front().file;
    }
    REQUIRE(log != primary_file);
    CHECK(files.front() == hive.primary);
    const std::uint32_t ours = f::get_u32(files[log], f::base_block::primary_sequence);
    CHECK(ours == cut.final_sequence - 1);

    std::vector<recovery::LogFile> logs = logs_of(hive);
    for (std::size_t i = 0; i < logs.size(); ++i) logs[i].bytes = files[i + 1];
    const recovery::LogFirst next =
        recovery::plan_log_first({files.front(), logs}, wanted, recovery::Growth::allowed);
    REQUIRE(next.possible());
    const Epoch& first = next.epochs.front();
    REQUIRE(first.writes.size() == 1);
    CHECK(first.writes.front().file == log);
    CHECK(first.writes.front().offset == 0);
    CHECK(first.writes.front().after == Bytes(512));
    // And the entry that was left can never be newer than what is written now.
    CHECK(next.final_sequence > ours);
    for (const Epoch& epoch : next.epochs) apply_epoch(epoch, files);
    CHECK(f::get_u32(files.front(), f::base_block::primary_sequence) == next.final_sequence);

    // Where no cut left anything, nothing is zeroed.
    CHECK(cut.epochs.front().what == "log entry");
}
