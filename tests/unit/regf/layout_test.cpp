// SPDX-License-Identifier: GPL-2.0-or-later
// Bins and cells: regf/hive.h.
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

namespace {

/// More than one bin.
f::Built large_hive() {
    return f::build(f::system_tree(f::Generation::win7));
}

std::size_t second_bin(const f::Built& hive, std::size_t offset) {
    return f::base_block_size_bytes + hive.bins.at(1) + offset;
}

std::size_t size_of_some_cell(const f::Built& hive) {
    return f::cell_size_field(hive.value(u"Setup", u"SetupType").key_value);
}

struct Row {
    std::string name;
    const char* fragment;
    std::function<void(f::Built&)> patch;
};

std::vector<Row> bin_rows() {
    const auto word = [](std::size_t at, std::uint32_t number) {
        return [=](f::Built& hive) { f::put_u32(hive.bytes, second_bin(hive, at), number); };
    };
    return {
        {"signature", "no signature \"hbin\"",
         [](f::Built& hive) { f::put_text(hive.bytes, second_bin(hive, 0), "hbim"); }},
        {"offset of another place", "names the offset", word(f::hive_bin::offset, 0x2000)},
        {"size 0", "no multiple of 4096", word(f::hive_bin::size, 0)},
        {"size is no multiple", "no multiple of 4096", word(f::hive_bin::size, 0x0800)},
        {"size beyond the bins", "no multiple of 4096", word(f::hive_bin::size, 0x7ffff000)},
        {"size that overflows", "no multiple of 4096", word(f::hive_bin::size, 0xfffff000)},
        {"bins beyond the file", "hive bins data is cut",
         [](f::Built& hive) {
             const std::size_t at = f::base_block::bins_size;
             f::put_u32(hive.bytes, at, f::get_u32(hive.bytes, at) + 4096);
         }},
        {"bins far beyond the file", "hive bins data is cut",
         [](f::Built& hive) { f::put_u32(hive.bytes, f::base_block::bins_size, 0xfffff000); }},
        {"file ends in the last bin", "hive bins data is cut",
         [](f::Built& hive) { hive.bytes.resize(hive.bytes.size() - 1); }},
        {"file ends in the last bin's header", "hive bins data is cut",
         [](f::Built& hive) { hive.bytes.resize(second_bin(hive, 31)); }},
        {"file ends with the first bin", "hive bins data is cut",
         [](f::Built& hive) { hive.bytes.resize(second_bin(hive, 0)); }},
        {"file ends with the base block", "hive bins data is cut",
         [](f::Built& hive) { hive.bytes.resize(f::base_block_size_bytes); }},
    };
}

std::vector<Row> cell_rows() {
    const auto cell = [](std::uint32_t number) {
        return [=](f::Built& hive) { f::put_u32(hive.bytes, size_of_some_cell(hive), number); };
    };
    const auto last_free = [](std::uint32_t number) {
        return [=](f::Built& hive) {
            f::put_u32(hive.bytes, f::cell_size_field(hive.free_cells.back()), number);
        };
    };
    return {
        {"size 0", "cell: size 0 ", cell(0)},
        {"size -4, smaller than any", "cell: size -4 ", cell(0xfffffffc)},
        {"size is no multiple of 8", "cell: size -36 ", cell(0xffffffdc)},
        {"size beyond its bin", "cell: size -12288 ", cell(0xffffd000)},
        {"size without a positive", "cell: size -2147483648 ", cell(0x80000000)},
        {"size with the highest positive", "cell: size 2147483640 ", cell(0x7ffffff8)},
        {"free cell of size 0", "cell: size 0 ", last_free(0)},
        {"free cell beyond its bin", "cell: size 8192 ", last_free(0x2000)},
    };
}

void check_damage(const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        CAPTURE(row.name);
        f::Built hive = large_hive();
        row.patch(hive);
        f::mend_checksum(hive.bytes);
        const test::Judgement result = judge(hive.bytes);
        CHECK(result.thrown.empty());
        INFO("damage: " << result.damage);
        CHECK(contains(result.damage, row.fragment));
    }
}

}  // namespace

TEST_CASE("Damage of hive bins is found and does not throw") {
    check_damage(bin_rows());
}

TEST_CASE("Damage of cell sizes is found and does not throw") {
    check_damage(cell_rows());
}

TEST_CASE("Bins of every size that a hive may have are read") {
    for (const std::size_t size : {4096U, 8192U, 65536U}) {
        for (const bool full : {false, true}) {
            CAPTURE(size);
            CAPTURE(full);
            f::HiveOptions options;
            options.bin_size_bytes = size;
            options.fill_last_bin = full;
            const test::Judgement result =
                judge(f::build(f::system_tree(f::Generation::win10), options).bytes);
            CHECK(result.thrown.empty());
            CHECK(result.damage.empty());
            CHECK(result.warnings.empty());
        }
    }
}

TEST_CASE("What lies behind the last bin is not looked at") {
    for (const std::size_t slack : {1U, 7U, 4096U, 16384U}) {
        CAPTURE(slack);
        f::HiveOptions options;
        options.slack_bytes = slack;
        options.slack_fill = std::byte{'h'};
        const Bytes file = f::build(f::small_tree({true, true}), options).bytes;
        const test::Judgement result = judge(file);
        CHECK(result.thrown.empty());
        CHECK(result.damage.empty());
        CHECK(result.warnings.empty());
        CHECK(regf::Hive(file).end_of_bins() == file.size() - slack);
    }
}

TEST_CASE("A cell is what stands behind its size field") {
    const f::Built built = large_hive();
    const regf::Hive hive(built.bytes);
    const std::uint32_t cell = built.value(u"Setup", u"SystemPartition").data;
    const std::uint32_t stored = f::get_u32(built.bytes, f::cell_size_field(cell));
    CHECK(hive.is_allocated(cell));
    CHECK(hive.cell(cell).size() == 0 - stored - 4);
    CHECK(hive.cell(cell).data() == built.bytes.data() + f::field(cell, 0));
}

TEST_CASE("Only the start of an allocated cell can be referred to") {
    const f::Built built = large_hive();
    const regf::Hive hive(built.bytes);
    const std::uint32_t cell = built.value(u"Setup", u"SystemPartition").data;
    const auto end = static_cast<std::uint32_t>(built.bytes.size() - 4096);
    for (const std::uint32_t offset :
         {0U, 8U, cell + 1, cell + 4, cell + 8, built.free_cells.back(), end, end + 8, 0x7ffffff8U,
          0x80000020U, 0xfffffff8U, 0xffffffffU}) {
        CAPTURE(offset);
        CHECK_FALSE(hive.is_allocated(offset));
        CHECK(test::word_thrown_by([&] { hive.cell(offset); }) == "malformed-hive");
    }
}

TEST_CASE("Free cells that do not merge are counted and are no damage") {
    f::Built hive = large_hive();
    const std::uint32_t cell = hive.free_cells.back();
    const std::uint32_t size = f::get_u32(hive.bytes, f::cell_size_field(cell));
    REQUIRE(size >= 32);
    CHECK(regf::Hive(hive.bytes).unmerged_free_cells() == 0);
    f::put_u32(hive.bytes, f::cell_size_field(cell), 16);
    f::put_u32(hive.bytes, f::cell_size_field(cell + 16), size - 16);
    CHECK(regf::Hive(hive.bytes).unmerged_free_cells() == 1);
    CHECK(judge(hive.bytes).damage.empty());
}
