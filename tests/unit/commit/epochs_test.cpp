// SPDX-License-Identifier: GPL-2.0-or-later
#include "commit/epochs.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "hive_builder.h"
#include "prepared_hive.h"
#include "recovery/clean_hive.h"
#include "regf/base_block.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using commit::Direction;

namespace {

constexpr std::size_t head_bytes = 512;
constexpr std::size_t bin_timestamp_at = 4096 + f::hive_bin::timestamp;

struct Images {
    Bytes before, after;
};

/// An edit as fix makes it. `old_log`: with new timestamps. Without `grows` there is room for one
/// more bin behind the last one, which is what an edit needs.
Images edited(bool old_log, bool grows) {
    f::HiveOptions options;
    options.slack_bytes = grows ? 0 : 4096;
    std::vector<recovery::LogFile> logs;
    if (old_log) {
        Bytes log = f::build(f::make_key(u"ROOT")).bytes;
        log.resize(head_bytes);
        f::put_u32(log, f::base_block::file_type, 1);
        f::mend_checksum(log);
        logs.push_back({"SYSTEM.LOG", log, ""});
    }
    const test::PreparedHive hive(f::small_tree({false, false}), options, false, logs);
    Images images{hive.built.bytes, hive.edited().bytes};
    REQUIRE((images.after.size() > images.before.size()) == grows);
    return images;
}

/// Carries out a write as a file system does.
void put(Bytes& file, std::uint64_t offset, ByteView bytes) {
    if (file.size() < offset + bytes.size()) file.resize(offset + bytes.size());
    std::copy(bytes.begin(), bytes.end(), file.begin() + static_cast<std::ptrdiff_t>(offset));
}

void carry_out(Bytes& file, const Epoch& epoch) {
    for (const Write& write : epoch.writes) put(file, write.offset, write.bytes);
    for (const Resize& resize : epoch.resizes) file.resize(resize.size_bytes);
}

/// One letter for each epoch: room, timestamp, opening or final head, pages, shrink.
std::string order_of(const std::vector<Epoch>& epochs, std::size_t current_size) {
    std::string order;
    for (const Epoch& epoch : epochs) {
        if (epoch.writes.empty()) {
            order += 's';
        } else if (epoch.writes.front().offset == 0) {
            order += 'h';
            CHECK(epoch.writes.size() == 1);
            CHECK(epoch.writes.front().bytes.size() == head_bytes);
        } else if (epoch.writes.front().offset >= current_size) {
            order += 'r';
        } else if (epoch.writes.front().offset == bin_timestamp_at) {
            order += 't';
            CHECK(epoch.writes.front().bytes.size() == 8);
        } else {
            order += 'p';
        }
        CHECK(epoch.touches_hive == (order.back() != 'r'));
    }
    return order;
}

}  // namespace

TEST_CASE("The epochs come in the order that a cut can be seen from") {
    for (const bool old_log : {false, true}) {
        for (const bool grows : {false, true}) {
            CAPTURE(old_log);
            CAPTURE(grows);
            const Images hive = edited(old_log, grows);
            const Bytes fixing = commit::opening_head_of_fix(hive.before, hive.after);
            const auto fix =
                commit::in_place_epochs(hive.before, hive.after, fixing, Direction::fix);
            CHECK(order_of(fix, hive.before.size()) ==
                  std::string(grows ? "r" : "") + (old_log ? "t" : "") + "hph");
            const Bytes undoing = commit::opening_head_of_undo(hive.after);
            const auto undo =
                commit::in_place_epochs(hive.after, hive.before, undoing, Direction::undo);
            CHECK(order_of(undo, hive.after.size()) ==
                  std::string("hph") + (old_log ? "t" : "") + (grows ? "s" : ""));
        }
    }
}

TEST_CASE("All epochs together turn one image into the other, to the byte") {
    for (const bool old_log : {false, true}) {
        for (const bool grows : {false, true}) {
            const Images hive = edited(old_log, grows);
            Bytes file = hive.before;
            const Bytes fixing = commit::opening_head_of_fix(hive.before, hive.after);
            for (const Epoch& epoch :
                 commit::in_place_epochs(hive.before, hive.after, fixing, Direction::fix)) {
                carry_out(file, epoch);
            }
            CHECK(file == hive.after);
            const Bytes undoing = commit::opening_head_of_undo(hive.after);
            for (const Epoch& epoch :
                 commit::in_place_epochs(hive.after, hive.before, undoing, Direction::undo)) {
                carry_out(file, epoch);
            }
            CHECK(file == hive.before);
        }
    }
}

TEST_CASE("Between the two heads every reader sees that the write did not end") {
    const Images hive = edited(false, true);
    const auto watch = [](Bytes file, const std::vector<Epoch>& epochs) {
        int heads = 0;
        for (const Epoch& epoch : epochs) {
            carry_out(file, epoch);
            if (!epoch.writes.empty() && epoch.writes.front().offset == 0) ++heads;
            const regf::BaseBlock b = regf::read_base_block(file);
            CHECK(b.checksum_is_right());
            CHECK(recovery::is_dirty(b) == (heads == 1));
        }
        CHECK(heads == 2);
    };
    const Bytes fixing = commit::opening_head_of_fix(hive.before, hive.after);
    watch(hive.before, commit::in_place_epochs(hive.before, hive.after, fixing, Direction::fix));
    const Bytes undoing = commit::opening_head_of_undo(hive.after);
    watch(hive.after, commit::in_place_epochs(hive.after, hive.before, undoing, Direction::undo));
}

TEST_CASE("Opening heads have sequence numbers above all others, and the new timestamp") {
    const Images hive = edited(true, false);
    REQUIRE(regf::read_base_block(hive.before).primary_sequence == 100);  // the builder's number
    const regf::BaseBlock fixing =
        regf::read_base_block(commit::opening_head_of_fix(hive.before, hive.after));
    CHECK(fixing.primary_sequence == 102);
    CHECK(fixing.secondary_sequence == 101);
    CHECK(fixing.timestamp == test::edit_time);
    CHECK(fixing.bins_size_bytes == regf::read_base_block(hive.before).bins_size_bytes);
    const regf::BaseBlock undoing = regf::read_base_block(commit::opening_head_of_undo(hive.after));
    CHECK(undoing.primary_sequence == 103);
    CHECK(undoing.secondary_sequence == 102);
    CHECK(undoing.timestamp == test::edit_time);
    CHECK(undoing.bins_size_bytes == regf::read_base_block(hive.after).bins_size_bytes);
}

TEST_CASE("Nothing but what differs is written, in whole pages or the rest of one") {
    const Images hive = edited(false, false);
    const Bytes fixing = commit::opening_head_of_fix(hive.before, hive.after);
    for (const Epoch& epoch :
         commit::in_place_epochs(hive.before, hive.after, fixing, Direction::fix)) {
        for (const Write& write : epoch.writes) {
            CHECK(write.bytes.size() <= 4096);
            CHECK(write.offset / 4096 == (write.offset + write.bytes.size() - 1) / 4096);
            if (write.offset == 0) continue;
            CHECK_FALSE(equal(write.bytes, slice(hive.before, write.offset, write.bytes.size())));
        }
    }
    // Equal images need their heads alone.
    const auto none = commit::in_place_epochs(hive.after, hive.after, fixing, Direction::fix);
    CHECK(order_of(none, hive.after.size()) == "hh");
}

TEST_CASE("A write that was cut at any byte is recognised") {
    for (const bool old_log : {false, true}) {
        const Images hive = edited(old_log, true);
        const Bytes fixing = commit::opening_head_of_fix(hive.before, hive.after);
        const Bytes undoing = commit::opening_head_of_undo(hive.after);
        const auto cut_everywhere = [&](Bytes file, const std::vector<Epoch>& epochs) {
            for (const Epoch& epoch : epochs) {
                for (const Write& write : epoch.writes) {
                    // Each byte of a head; a page in steps that are no power of two.
                    const std::size_t step = write.bytes.size() > head_bytes ? 61 : 1;
                    for (std::size_t n = 0; n < write.bytes.size(); n += step) {
                        Bytes cut = file;
                        put(cut, write.offset, ByteView(write.bytes).first(n));
                        if (!commit::is_cut_write(cut, hive.before, hive.after)) {
                            FAIL("not recognised: " << n << " bytes at " << write.offset);
                        }
                    }
                }
                carry_out(file, epoch);
                CHECK(commit::is_cut_write(file, hive.before, hive.after));
            }
        };
        cut_everywhere(hive.before,
                       commit::in_place_epochs(hive.before, hive.after, fixing, Direction::fix));
        cut_everywhere(hive.after,
                       commit::in_place_epochs(hive.after, hive.before, undoing, Direction::undo));
    }
}

TEST_CASE("Any mixture of what the writes hold is recognised, sectors in any order") {
    const Images hive = edited(true, true);
    const Bytes fixing = commit::opening_head_of_fix(hive.before, hive.after);
    const Bytes undoing = commit::opening_head_of_undo(hive.after);
    std::mt19937 random(7);  // fixed: a failure can be seen again
    for (int round = 0; round < 200; ++round) {
        Bytes found = hive.after;
        for (std::size_t at = 0; at < found.size(); at += head_bytes) {
            const Bytes* sources[] = {&hive.before, &hive.after, &fixing, &undoing};
            const Bytes& source = *sources[random() % 4];
            for (std::size_t i = at; i < at + head_bytes && i < source.size(); ++i) {
                found[i] = source[i];
            }
        }
        if (random() % 2 == 0) found.resize(hive.before.size());
        CHECK(commit::is_cut_write(found, hive.before, hive.after));
    }
    Bytes zeros = hive.before;
    zeros.resize(hive.after.size());  // room that was taken and not filled
    CHECK(commit::is_cut_write(zeros, hive.before, hive.after));
}

TEST_CASE("One byte that no write puts there is seen, wherever it is") {
    const Images hive = edited(true, true);
    const Bytes fixing = commit::opening_head_of_fix(hive.before, hive.after);
    const Bytes undoing = commit::opening_head_of_undo(hive.after);
    for (std::size_t at = 0; at < hive.after.size(); at += at < head_bytes ? 1 : 13) {
        std::set<std::byte> known = {hive.after[at]};
        for (const Bytes* image : {&hive.before, &fixing, &undoing}) {
            if (at < image->size()) known.insert((*image)[at]);
        }
        if (at >= hive.before.size()) known.insert(std::byte{0});
        Bytes found = hive.after;
        while (known.contains(found[at])) {
            found[at] = static_cast<std::byte>(std::to_integer<unsigned>(found[at]) + 1);
        }
        if (commit::is_cut_write(found, hive.before, hive.after)) FAIL("accepted at " << at);
    }
}

TEST_CASE("A file of a size that no write gives is no cut write") {
    const Images hive = edited(false, true);
    const auto resized = [&hive](std::size_t size) {
        Bytes file = hive.after;
        file.resize(size);
        return commit::is_cut_write(file, hive.before, hive.after);
    };
    CHECK(resized(hive.before.size()));
    CHECK(resized(hive.before.size() + 1));
    CHECK(resized(hive.after.size()));
    CHECK_FALSE(resized(hive.before.size() - 1));
    CHECK_FALSE(resized(hive.after.size() + 1));
    CHECK_FALSE(resized(0));
}
