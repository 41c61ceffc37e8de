// SPDX-License-Identifier: GPL-2.0-or-later
#include "regf/base_block.h"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "hive_builder.h"
#include "system_tree.h"
#include "thrown.h"
#include "unit/regf/judge.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using test::contains;
using test::judge;
using test::word_thrown_by;

namespace {

f::Built small_hive() {
    return f::build(f::small_tree({true, true}));
}

/// Sets the word at 508 - 4 so that the 127 words sum up to `sum`.
void force_sum(Bytes& file, std::uint32_t sum) {
    constexpr std::size_t last_summed_word = 504;
    f::put_u32(file, last_summed_word, 0);
    std::uint32_t now = 0;
    for (std::size_t at = 0; at < f::base_block::checksum; at += 4) now ^= f::get_u32(file, at);
    f::put_u32(file, last_summed_word, now ^ sum);
}

}  // namespace

TEST_CASE("The fields of a base block are read from where the format has them") {
    f::HiveOptions options;
    options.minor_version = 6;
    options.primary_sequence = 0x01020304;
    options.secondary_sequence = 0x05060708;
    options.timestamp = 0x0102030405060708;
    const Bytes file = f::build(f::small_tree({true, true}), options).bytes;
    const regf::BaseBlock b = regf::read_base_block(file);
    CHECK(b.primary_sequence == 0x01020304);
    CHECK(b.secondary_sequence == 0x05060708);
    CHECK(b.timestamp == 0x0102030405060708);
    CHECK(b.major_version == 1);
    CHECK(b.minor_version == 6);
    CHECK(b.file_type == 0);
    CHECK(b.file_format == 1);
    CHECK(b.root_offset == 32);  // the first cell of the first bin
    CHECK(b.bins_size_bytes == file.size() - 4096);
    CHECK(b.checksum_is_right());
    CHECK_FALSE(b.sequence_numbers_agree());
}

TEST_CASE("The two checksums that the format does not know are replaced") {
    struct Row {
        std::uint32_t sum, expected;
    };
    for (const Row row : {Row{0, 1}, Row{0xffffffff, 0xfffffffe}, Row{1, 1},
                          Row{0xfffffffe, 0xfffffffe}, Row{0x12345678, 0x12345678}}) {
        CAPTURE(row.sum);
        Bytes file = small_hive().bytes;
        force_sum(file, row.sum);
        CHECK(regf::base_block_checksum(file) == row.expected);
        f::put_u32(file, f::base_block::checksum, row.expected);
        CHECK(judge(file).thrown.empty());
        f::put_u32(file, f::base_block::checksum, row.expected ^ 0x80);
        CHECK(contains(judge(file).thrown, "checksum"));
    }
}

TEST_CASE("The checksum covers every byte in front of it and none behind it") {
    Bytes file = small_hive().bytes;
    const std::uint32_t right = regf::base_block_checksum(file);
    for (std::size_t at = 0; at < 512; ++at) {
        CAPTURE(at);
        file[at] ^= std::byte{0x40};
        CHECK((regf::base_block_checksum(file) != right) == (at < 508));
        file[at] ^= std::byte{0x40};
    }
}

TEST_CASE("What starts without the signature is no hive, however short") {
    for (const std::size_t length : {0U, 1U, 3U}) {
        const Bytes file(length, std::byte{'r'});
        CHECK(word_thrown_by([&] { regf::read_base_block(file); }) == "not-a-hive");
    }
    Bytes file = small_hive().bytes;
    f::put_text(file, 0, "regF");
    CHECK(word_thrown_by([&] { regf::read_base_block(file); }) == "not-a-hive");
}

TEST_CASE("A base block that is cut is malformed") {
    const Bytes whole = small_hive().bytes;
    for (const std::size_t length : {4U, 511U, 512U, 4095U}) {
        CAPTURE(length);
        const Bytes file(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        CHECK(word_thrown_by([&] { const regf::Hive hive(file); }) == "malformed-hive");
    }
}

TEST_CASE("A base block that is not one of a primary file is refused by the field that says so") {
    using namespace f::base_block;
    struct Row {
        std::string name;
        std::size_t field;
        std::uint32_t number;
        const char* word;
        const char* fragment;
    };
    const std::vector<Row> rows = {
        {"major version 0", major_version, 0, "unsupported-version", "0.5"},
        {"major version 2", major_version, 2, "unsupported-version", "2.5"},
        {"minor version 2", minor_version, 2, "unsupported-version", "1.2"},
        {"minor version 7", minor_version, 7, "unsupported-version", "1.7"},
        {"a log of the old format", file_type, 1, "malformed-hive", "file type"},
        {"a log of the new format", file_type, 6, "malformed-hive", "file type"},
        {"file format 0", file_format, 0, "malformed-hive", "file format"},
        {"file format 2", file_format, 2, "malformed-hive", "file format"},
        {"no bins", bins_size, 0, "malformed-hive", "hive bins data size"},
        {"half a page more", bins_size, 0x1800, "malformed-hive", "hive bins data size"},
        {"one byte less than all", bins_size, 0xffffffff, "malformed-hive", "hive bins data size"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        Bytes file = small_hive().bytes;
        f::put_u32(file, row.field, row.number);
        f::mend_checksum(file);
        const auto error = test::error_of([&] { const regf::Hive hive(file); });
        REQUIRE(error);
        CHECK(word_of(error->code()) == row.word);
        CHECK(contains(error->message(), row.fragment));
    }
}

TEST_CASE("New sequence numbers come with a right checksum, and change nothing else") {
    const Bytes before = small_hive().bytes;
    Bytes after = before;
    regf::put_sequence_numbers(after, 7, 6);
    CHECK(f::get_u32(after, 4) == 7);
    CHECK(f::get_u32(after, 8) == 6);
    CHECK(f::get_u32(after, 508) == f::base_block_checksum(after));
    for (std::size_t at = 0; at < before.size(); ++at) {
        const bool may_differ = (at >= 4 && at < 12) || (at >= 508 && at < 512);
        if (!may_differ && before[at] != after[at]) FAIL("byte " << at << " changed");
    }
}
