// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/ntfs/mft_record.h"

#include <doctest/doctest.h>

#include <cstring>

#include "thrown.h"

using namespace nlafix;
using namespace nlafix::disk;
using namespace nlafix::test;

namespace {

constexpr std::size_t information_at = 0x38;
constexpr std::size_t data_at = information_at + 0x60;
constexpr std::size_t pairs_at = 0x40;

void put_u16(Bytes& bytes, std::size_t at, std::uint16_t value) {
    put_little_endian(bytes, at, value);
}

/// A record of 1024 bytes without fix-ups: times, data in `runs`, and an attribute behind it of
/// `behind_bytes`.
Bytes record_of(const std::vector<ClusterRun>& runs, std::size_t behind_bytes = 0x20) {
    Bytes record(1024);
    std::memcpy(record.data(), "FILE", 4);
    put_u16(record, 4, 0x30);
    put_u16(record, 6, 3);
    put_u16(record, 0x14, information_at);
    put_u16(record, 0x16, 1);
    put_u16(record, 0x30, 0x0102);  // the number of the fix-ups

    put_u32(record, information_at, attribute_standard_information);
    put_u32(record, information_at + 4, 0x60);
    put_u32(record, information_at + 0x10, 0x48);
    put_u16(record, information_at + 0x14, 0x18);

    const Bytes pairs = mapping_pairs_of(runs);
    const std::size_t data_bytes = (pairs_at + pairs.size() + 7) / 8 * 8;
    put_u32(record, data_at, attribute_data);
    put_u32(record, data_at + 4, static_cast<std::uint32_t>(data_bytes));
    record[data_at + 8] = std::byte{1};
    put_u16(record, data_at + 0x20, pairs_at);
    std::copy(pairs.begin(), pairs.end(), record.begin() + data_at + pairs_at);

    const std::size_t behind = data_at + data_bytes;
    put_u32(record, behind, 0x100);
    put_u32(record, behind + 4, static_cast<std::uint32_t>(behind_bytes));
    record[behind + behind_bytes - 1] = std::byte{0x77};
    put_u32(record, behind + behind_bytes, 0xFFFFFFFF);
    put_u32(record, 0x18, static_cast<std::uint32_t>(behind + behind_bytes + 8));
    put_u32(record, 0x1C, 1024);
    record[1000] = std::byte{0x55};  // behind all attributes
    return record;
}

std::vector<ClusterRun> runs_in(const Bytes& record) {
    std::vector<ClusterRun> runs;
    for (const RecordAttribute& attribute : attributes_of(record)) {
        if (!attribute.is_resident) append_runs(attribute, runs);
    }
    return runs;
}

}  // namespace

TEST_CASE("Fix-ups are put on and taken off, and keep their number") {
    Bytes record = record_of({{100, 5}});
    put_u16(record, 510, 0xAAAA);
    put_u16(record, 1022, 0xBBBB);
    const Bytes bare = record;
    put_on_fixups(record);
    CHECK(u16_at(record, 510) == 0x0102);
    CHECK(u16_at(record, 1022) == 0x0102);
    CHECK(take_off_fixups(record) == RecordState::in_use);
    CHECK(u16_at(record, 510) == 0xAAAA);
    CHECK(u16_at(record, 1022) == 0xBBBB);
    put_on_fixups(record);
    take_off_fixups(record);
    CHECK(std::equal(record.begin() + 0x38, record.end(), bare.begin() + 0x38));
}

TEST_CASE("A torn record is damaged, an empty one is unused") {
    Bytes record = record_of({{100, 5}});
    put_on_fixups(record);
    Bytes torn = record;
    put_u16(torn, 1022, 0x0101);
    CHECK(take_off_fixups(torn) == RecordState::damaged);
    Bytes marked = record;
    std::memcpy(marked.data(), "BAAD", 4);
    CHECK(take_off_fixups(marked) == RecordState::damaged);
    Bytes odd = record;
    put_u16(odd, 4, 0x1FE);
    CHECK(take_off_fixups(odd) == RecordState::damaged);
    put_u16(record, 0x16, 0);
    CHECK(take_off_fixups(record) == RecordState::unused);
    Bytes empty(1024);
    CHECK(take_off_fixups(empty) == RecordState::unused);
}

TEST_CASE("Runs are written in the fewest bytes and read again") {
    const std::vector<ClusterRun> runs = {{0x7f, 1},        {0x80, 0x80},  {0x10, 0x7fff},
                                          {0x123456789, 1}, {5, 0x123456}, {0x8005, 3}};
    CHECK(runs_in(record_of(runs)) == runs);
    CHECK(to_hex(mapping_pairs_of({{0x20, 0x18}, {0x10, 0x80}}), 20) == "11 18 20 12 80 00 f0 00");
}

TEST_CASE("Runs that have no end, no length, or leave the volume are refused") {
    const Bytes good = record_of({{100, 5}});
    const auto spoilt = [&](std::initializer_list<int> bytes) {
        Bytes record = good;
        std::size_t at = data_at + pairs_at;
        for (const int byte : bytes) record[at++] = static_cast<std::byte>(byte);
        return message_thrown_by([&] { runs_in(record); });
    };
    CHECK(spoilt({0x11, 5, 100, 0}) == "nothing");
    CHECK(contains(spoilt({0x11, 5, 100, 0x11, 5, 100, 0x11, 5}), "malformed"));
    CHECK(contains(spoilt({0x11, 5, 100, 0x01, 1, 0x01, 1, 0x01}), "malformed"));
    CHECK(contains(spoilt({0x11, 0, 100, 0}), "length"));
    CHECK(contains(spoilt({0x11, 0xff, 100, 0}), "length"));
    CHECK(contains(spoilt({0x11, 5, 0xff, 0}), "leaves"));
    CHECK(contains(spoilt({0x9f, 5, 0xff, 0}), "malformed"));
    CHECK(spoilt({0x01, 5, 0}) == "nothing");  // a hole
}

TEST_CASE("Attributes that leave their record are refused") {
    const auto spoilt = [&](std::size_t at, std::uint32_t value) {
        Bytes record = record_of({{100, 5}});
        put_u32(record, at, value);
        return message_thrown_by([&] { attributes_of(record); });
    };
    CHECK(spoilt(0x1C, 1024) == "nothing");
    CHECK(contains(spoilt(0x18, 1025), "fuller"));
    CHECK(contains(spoilt(0x18, 0x40), "cut"));
    CHECK(contains(spoilt(information_at + 4, 0), "leaves"));
    CHECK(contains(spoilt(information_at + 4, 0x61), "leaves"));
    CHECK(contains(spoilt(information_at + 4, 0x10000), "leaves"));
    CHECK(contains(spoilt(information_at + 0x10, 0x49), "value"));
}

TEST_CASE("New data changes the runs, the sizes and two times, and nothing else") {
    const Bytes record = record_of({{100, 5}});
    const std::vector<ClusterRun> runs = {{100, 2}, {70000, 1}, {103, 3}};
    const Bytes changed = record_with_data(record, {runs, 20000, 4096, 0x1122334455667788});
    REQUIRE(changed.size() == record.size());
    CHECK(runs_in(changed) == runs);
    CHECK(u64_at(changed, data_at + 0x18) == 5);
    CHECK(u64_at(changed, data_at + 0x28) == 6 * 4096);
    CHECK(u64_at(changed, data_at + 0x30) == 20000);
    CHECK(u64_at(changed, data_at + 0x38) == 20000);
    CHECK(u64_at(changed, information_at + 0x18) == 0);
    CHECK(u64_at(changed, information_at + 0x18 + 8) == 0x1122334455667788);
    CHECK(u64_at(changed, information_at + 0x18 + 16) == 0x1122334455667788);
    CHECK(u64_at(changed, information_at + 0x18 + 24) == 0);
    const std::vector<RecordAttribute> attributes = attributes_of(changed);
    REQUIRE(attributes.size() == 3);
    CHECK(attributes[2].type == 0x100);
    CHECK(attributes[2].bytes.back() == std::byte{0x77});
    CHECK(changed[1000] == std::byte{0x55});
}

TEST_CASE("Runs that do not fit into the record are not put there") {
    std::vector<ClusterRun> runs;
    for (std::uint64_t i = 0; i < 300; ++i) runs.push_back({1000 * (i * 37 % 300), 1});
    CHECK(record_with_data(record_of({{100, 5}}), {runs, 1, 4096, 0}).empty());
    runs.resize(100);
    CHECK_FALSE(record_with_data(record_of({{100, 5}}), {runs, 1, 4096, 0}).empty());
}

TEST_CASE("A record without data of its own is not changed") {
    Bytes record = record_of({{100, 5}});
    record[data_at + 9] = std::byte{1};  // a name
    CHECK(word_thrown_by([&] {
              record_with_data(record, {{{100, 5}}, 1, 4096, 0});
          }) == "malformed-volume");
}
