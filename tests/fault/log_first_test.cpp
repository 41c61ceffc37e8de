// SPDX-License-Identifier: GPL-2.0-or-later
// The log first: whatever a power cut leaves, Windows makes the old or the new content of it by
// itself, now and after its own next write.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "commit/carry_out.h"
#include "epoch_states.h"
#include "judged_states.h"
#include "log_first_hives.h"
#include "logged_commit.h"
#include "recovery/clean_hive.h"
#include "recovery/log_first.h"

using namespace nlafix;
using namespace nlafix::test;

namespace {

constexpr std::size_t random_states = 620;
constexpr std::size_t few_random_states = 40;

struct Count : FoundCount {
    std::size_t states = 0;
    std::size_t different = 0;
};

/// Judges all that a cut may leave while `epochs` are carried out on `start`.
Count enumerate(const std::string& name, const std::vector<NamedLog>& names, const Files& start,
                const std::vector<Epoch>& epochs, const Bytes& old_content,
                const Bytes& new_content, bool dump, std::size_t random = random_states) {
    const Judge judge(names, old_content, new_content);
    std::optional<StateDump> states;
    if (dump) states.emplace(name, judge, start);
    std::set<std::string> known;
    Count count;
    visit_cuts(start, epochs, random, [&](const Files& files) {
        ++count.states;
        if (!known.insert(digest_of_all(files)).second) return;
        ++count.different;
        if (states) states->add(files);
        count.add(judge.judge(files));
    });
    return count;
}

void print(const std::string& name, const Count& count) {
    fmt::print("{:<44} {:>7} {:>9} {:>6} {:>6} {:>5}\n", name, count.states, count.different,
               count.old_content, count.new_content, count.bad);
}

void print_head(const char* title) {
    fmt::print("\n{:<44} {:>7} {:>9} {:>6} {:>6} {:>5}\n", title, "states", "different", "old",
               "new", "BAD");
}

}  // namespace

TEST_CASE("Every cut of a write with the log first is the old or the new content by itself") {
    print_head("fix");
    std::size_t states = 0;
    std::set<recovery::LogFirstCase> seen;
    for (const LoggedHive& hive : log_first_hives()) {
        CAPTURE(hive.name);
        const LoggedCommit commit(hive);
        REQUIRE_MESSAGE(commit.plan.possible(), commit.plan.why_not);
        seen.insert(commit.plan.which);
        const Files end = carried_out(commit.start, commit.plan.epochs);
        CHECK(equal(end[0], commit.wanted));
        const Count count = enumerate(hive.name, hive.logs, commit.start, commit.plan.epochs,
                                      commit.old_content, commit.wanted, true);
        print(hive.name, count);
        CHECK(count.bad == 0);
        CHECK(count.old_content > 0);
        CHECK(count.new_content > 0);
        states += count.states;
    }
    fmt::print("{} states\n", states);
    CHECK(states >= 20000);
    CHECK(seen.size() == 5);
}

TEST_CASE("Every cut of the way back is the old or the new content, and its end the exact bytes") {
    print_head("undo");
    for (const LoggedHive& hive : log_first_hives()) {
        CAPTURE(hive.name);
        const LoggedCommit commit(hive);
        const Files written = carried_out(commit.start, commit.plan.epochs);
        const std::vector<Epoch> back = reversed(commit.plan.epochs, commit.plan.epochs.size());
        CHECK(carried_out(written, back) == commit.start);
        const Count count = enumerate("undo, " + hive.name, hive.logs, written, back,
                                      commit.old_content, commit.wanted, true);
        print(hive.name, count);
        CHECK(count.bad == 0);
        CHECK(count.old_content > 0);
        CHECK(count.new_content > 0);
    }
}

TEST_CASE("A write that was cut anywhere is taken back, and every cut of that is harmless too") {
    print_head("undo of a cut fix");
    std::size_t undone_as_a_whole = 0;
    for (const LoggedHive& hive : log_first_hives()) {
        CAPTURE(hive.name);
        const LoggedCommit commit(hive);
        const Judge judge(hive.logs, commit.old_content, commit.wanted);
        Count sum, of_all;
        std::set<std::string> known;
        visit_cuts(commit.start, commit.plan.epochs, 6, [&](const Files& cut) {
            if (!known.insert(digest_of_all(cut)).second) return;
            ++sum.states;
            FilesMedium medium(cut);
            const commit::Progress progress = commit::progress_on(medium, commit.plan.epochs);
            CHECK(progress.state != commit::CommitState::foreign);
            const auto undo = [&](std::size_t count, Count& tally) {
                const std::vector<Epoch> back = reversed(commit.plan.epochs, count);
                if (carried_out(cut, back) != commit.start) ++tally.bad;
                // Every flush of it; the cuts in between were looked at above.
                Files files = cut;
                for (const Epoch& epoch : back) {
                    apply_epoch(epoch, files);
                    ++tally.different;
                    if (judge.judge(files) == Found::bad) ++tally.bad;
                }
            };
            undo(progress.begun, sum);
            undo(commit.plan.epochs.size(), of_all);
        });
        undone_as_a_whole += of_all.bad;
        print(hive.name, sum);
        CHECK(sum.bad == 0);
    }
    fmt::print("undo of epochs that were never begun: {} BAD\n", undone_as_a_whole);
    CHECK(undone_as_a_whole > 0);
}

TEST_CASE("With a step left out or swapped the same states are no longer all good") {
    fmt::print("\nmutations: BAD states, or a wrong end\n");
    for (const LoggedHive& hive : log_first_hives()) {
        CAPTURE(hive.name);
        const LoggedCommit commit(hive);
        const auto& epochs = commit.plan.epochs;
        const auto is_caught = [&](std::vector<Epoch> mutated, std::string& text) {
            const Count count = enumerate("", hive.logs, commit.start, mutated, commit.old_content,
                                          commit.wanted, false, few_random_states);
            const bool wrong_end =
                carried_out(commit.start, mutated) != carried_out(commit.start, epochs);
            text = fmt::format("{:>5}{}", count.bad, wrong_end ? " end" : "    ");
            return count.bad != 0 || wrong_end;
        };
        for (std::size_t i = 0; i < epochs.size(); ++i) {
            std::vector<Epoch> without = epochs;
            without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
            std::string left_out, swapped = "    -    ";
            bool caught = is_caught(without, left_out);
            if (i + 1 < epochs.size()) {
                std::vector<Epoch> exchanged = epochs;
                std::swap(exchanged[i], exchanged[i + 1]);
                caught = is_caught(exchanged, swapped) || caught;
            }
            fmt::print("{:<40} {:<30} left out {}  with the next {}\n", hive.name, epochs[i].what,
                       left_out, swapped);
            CHECK_MESSAGE(caught, epochs[i].what);
        }
    }
}

TEST_CASE("After the next write of Windows into either log no old entry comes back") {
    print_head("and then Windows writes, and is cut");
    for (const LoggedHive& hive : log_first_hives()) {
        CAPTURE(hive.name);
        const LoggedCommit commit(hive);
        const Files written = carried_out(commit.start, commit.plan.epochs);
        Files undone = written;
        // On the way back there are hives that Windows may go on from as well.
        const std::vector<Epoch> back = reversed(commit.plan.epochs, commit.plan.epochs.size());
        std::vector<std::pair<std::string, Files>> hives = {{"fix", written}};
        for (const Epoch& epoch : back) {
            apply_epoch(epoch, undone);
            const regf::BaseBlock head = regf::read_base_block(undone[0]);
            if (!recovery::is_dirty(head)) hives.emplace_back("undo: " + epoch.what, undone);
        }
        Count count;
        for (const auto& one : hives) {
            const std::string& what = one.first;
            const Files& files = one.second;
            for (std::size_t log = 0; log < hive.logs.size(); ++log) {
                for (const auto cut :
                     {CutOfWindows::behind_the_log, CutOfWindows::in_the_header,
                      CutOfWindows::behind_the_header, CutOfWindows::among_the_pages}) {
                    if (hive.logs[log].suffix == ".LOG2" && hive.logs[log].bytes.empty()) {
                        continue;
                    }
                    // Our entry without its header, then a torn header of Windows: the next run
                    // of nlafix takes that entry away, no order of writes does.
                    if (what == "undo: header" && cut == CutOfWindows::in_the_header) {
                        continue;
                    }
                    CAPTURE(what);
                    CAPTURE(log);
                    CAPTURE(static_cast<int>(cut));
                    Files now = files;
                    NamedLog next{hive.logs[log].suffix, now[file_of_log(log)]};
                    flush_of_windows(now[0], next, cut);
                    now[file_of_log(log)] = next.bytes;
                    Files whole = files;
                    NamedLog again{hive.logs[log].suffix, whole[file_of_log(log)]};
                    flush_of_windows(whole[0], again, CutOfWindows::among_the_pages);
                    const Judge judge(hive.logs, files[0], whole[0]);
                    ++count.states;
                    const Found found = judge.judge(now);
                    const Found expected = cut == CutOfWindows::behind_the_log ? Found::old_content
                                                                               : Found::new_content;
                    count.add(found);
                    CHECK(found == expected);
                }
            }
        }
        print(hive.name, count);
    }
}
