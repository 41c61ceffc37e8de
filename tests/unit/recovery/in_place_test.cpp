// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/in_place.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "hive_builder.h"
#include "log_first_hives.h"
#include "prepared_hive.h"
#include "recovery/clean_hive.h"
#include "regf/base_block.h"

using namespace nlafix;
namespace f = nlafix::fixture;

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
    for (const Write& write : epoch.writes) put(file, write.offset, write.after);
    for (const Resize& resize : epoch.resizes) file.resize(resize.after_bytes);
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
            CHECK(epoch.writes.front().after.size() == head_bytes);
        } else if (epoch.writes.front().offset >= current_size) {
            order += 'r';
        } else if (epoch.writes.front().offset == bin_timestamp_at) {
            order += 't';
            CHECK(epoch.writes.front().after.size() == 8);
        } else {
            order += 'p';
        }
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
            const auto fix = recovery::in_place_epochs({hive.before, {}}, hive.after);
            CHECK(order_of(fix, hive.before.size()) ==
                  std::string(grows ? "r" : "") + (old_log ? "t" : "") + "hph");
        }
    }
}

TEST_CASE("All epochs turn one image into the other, and reversed they turn it back") {
    for (const bool old_log : {false, true}) {
        for (const bool grows : {false, true}) {
            const Images hive = edited(old_log, grows);
            auto epochs = recovery::in_place_epochs({hive.before, {}}, hive.after);
            std::vector<Bytes> files = {fill_in_before(epochs, {hive.before}).front().bytes()};
            CHECK(files.front() == hive.after);
            for (const Epoch& epoch : reversed(epochs, epochs.size())) apply_epoch(epoch, files);
            CHECK(files.front() == hive.before);
        }
    }
}

TEST_CASE("Between the two heads every reader sees that the write did not end") {
    const Images hive = edited(false, true);
    int heads = 0;
    Bytes file = hive.before;
    for (const Epoch& epoch : recovery::in_place_epochs({hive.before, {}}, hive.after)) {
        carry_out(file, epoch);
        if (!epoch.writes.empty() && epoch.writes.front().offset == 0) ++heads;
        const regf::BaseBlock b = regf::read_base_block(file);
        CHECK(b.checksum_is_right());
        CHECK(recovery::is_dirty(b) == (heads == 1));
        if (heads != 1 || epoch.what != "opening header") continue;
        CHECK(b.primary_sequence == 102);  // above all others: the builder's number is 100
        CHECK(b.secondary_sequence == 101);
    }
    CHECK(heads == 2);
}

TEST_CASE("No log of the new format keeps its base block while the pages are written") {
    // Else a torn header would let it be applied over them.
    for (const test::LoggedHive& logged : test::log_first_hives()) {
        CAPTURE(logged.name);
        std::vector<recovery::LogFile> logs;
        std::vector<Bytes> files = {logged.primary};
        for (const test::NamedLog& log : logged.logs) {
            logs.push_back({"SYSTEM" + log.suffix, log.bytes, ""});
            files.push_back(log.bytes);
        }
        Bytes wanted = logged.primary;
        wanted[4096 + 4095] ^= std::byte{1};
        const auto is_new = [](ByteView log) {
            return recovery::summarize_log(log).is_valid(recovery::LogFormat::new_format);
        };
        const bool dirty = recovery::is_dirty(regf::read_base_block(logged.primary));
        bool has_new = false;
        for (const auto& log : logs) has_new = has_new || is_new(log.bytes);
        std::string order;
        for (const Epoch& epoch : recovery::in_place_epochs({logged.primary, logs}, wanted)) {
            order += epoch.what == "base blocks of the logs" ? 'l' : epoch.what.front();
            if (epoch.what == "pages") {
                for (std::size_t i = 1; i < files.size(); ++i) CHECK_FALSE(is_new(files[i]));
            }
            apply_epoch(epoch, files);
        }
        CHECK(order == (!has_new ? "opf" : dirty ? "olpf" : "lopf"));
    }
}

TEST_CASE("Nothing but what differs is written, in whole pages or the rest of one") {
    const Images hive = edited(false, false);
    for (const Epoch& epoch : recovery::in_place_epochs({hive.before, {}}, hive.after)) {
        for (const Write& write : epoch.writes) {
            CHECK(write.after.size() <= 4096);
            CHECK(write.offset / 4096 == (write.offset + write.after.size() - 1) / 4096);
            if (write.offset == 0) continue;
            CHECK_FALSE(equal(write.after, slice(hive.before, write.offset, write.after.size())));
        }
    }
    // Equal images need their heads alone.
    const auto none = recovery::in_place_epochs({hive.after, {}}, hive.after);
    CHECK(order_of(none, hive.after.size()) == "hh");
}
