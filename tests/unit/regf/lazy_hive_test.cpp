// SPDX-License-Identifier: GPL-2.0-or-later
#include "regf/lazy_hive.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "counting_source.h"
#include "hive_builder.h"
#include "regf/hive.h"
#include "regf/key_value.h"
#include "system_tree.h"
#include "thrown.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using test::contains;
using test::CountingSource;

namespace {

/// 3,000 keys with a value each, more than a megabyte, and big data.
f::Built wide_hive(f::ListKind lists = f::ListKind::automatic) {
    f::Key root = f::make_key(u"ROOT");
    root.list_kind = lists;
    for (int i = 0; i < 3000; ++i) {
        std::u16string name = u"Key";
        for (const char digit : std::to_string(10000 + i)) name += static_cast<char16_t>(digit);
        root.subkeys.push_back(
            f::make_key(name, {f::sz_value(u"Text", std::u16string(100, u'x'))}));
        root.subkeys.back().list_kind = lists;
    }
    root.subkeys.push_back(f::make_key(
        u"Large", {f::make_value(u"Data", f::reg_binary, Bytes(50'000, std::byte{7}))}));
    return f::build(root);
}

}  // namespace

TEST_CASE("A lazy hive gives every key and value that the whole one gives") {
    for (const f::Generation generation : {f::Generation::xp, f::Generation::win10}) {
        const f::Built built = f::build(f::system_tree(generation));
        const regf::Hive whole(built.bytes);
        MemorySource source(built.bytes);
        const regf::LazyHive lazy(source);
        for (const auto& [path, cells] : built.keys) {
            const regf::KeyNode expected(whole, cells.key_node);
            const regf::KeyNode found(lazy, cells.key_node);
            CHECK(equal(found.cell(), expected.cell()));
            CHECK(found.subkeys() == expected.subkeys());
            CHECK(found.values() == expected.values());
            for (const regf::CellOffset value : found.values()) {
                CHECK(regf::KeyValue(lazy, value).data() == regf::KeyValue(whole, value).data());
            }
        }
        CHECK(lazy.damage().empty());
    }
}

TEST_CASE("A key among thousands costs a few pages, by the hashes or hints of its list") {
    for (const f::ListKind lists : {f::ListKind::hash_leaf, f::ListKind::fast_leaf}) {
        const f::Built built = wide_hive(lists);
        CountingSource source(built.bytes);
        const regf::LazyHive lazy(source);
        const auto key = regf::find_key(regf::root_key(lazy), "KEY12345");
        REQUIRE(key);
        CHECK(regf::find_value(*key, "text")->data().size() == 202);
        REQUIRE(built.bytes.size() > 1'000'000);
        // All names begin with the same four characters, which is all that a hint has: by hints
        // every key is looked at, by hashes one.
        if (lists == f::ListKind::hash_leaf) CHECK(source.bytes_read < 60'000);
        CHECK_FALSE(regf::find_key(regf::root_key(lazy), "Other"));
        CHECK(regf::find_key(regf::root_key(lazy), "Large"));
    }
    const f::Built built = wide_hive(f::ListKind::fast_leaf);
    CountingSource source(built.bytes);
    const regf::LazyHive lazy(source);
    CHECK(regf::find_key(regf::root_key(lazy), "large"));
    CHECK_FALSE(regf::find_key(regf::root_key(lazy), "missing"));
    CHECK(source.bytes_read < 60'000);
}

TEST_CASE("No byte is read twice, and big data only where it is asked for") {
    const f::Built built = wide_hive();
    CountingSource source(built.bytes);
    const regf::LazyHive lazy(source);
    const auto key = regf::find_key(regf::root_key(lazy), "Large");
    REQUIRE(key);
    const auto value = regf::find_value(*key, "Data");
    REQUIRE(value);
    const std::uint64_t before = source.bytes_read;
    CHECK(before < 60'000);
    CHECK(value->data() == Bytes(50'000, std::byte{7}));
    CHECK(source.bytes_read - before >= 48'000);
    const std::uint64_t after = source.bytes_read;
    CHECK(value->data().size() == 50'000);
    CHECK(source.bytes_read == after);
}

TEST_CASE("A cell is one only where the row of cells of its bin says so") {
    f::Built built = f::build(f::system_tree(f::Generation::win7));
    const std::uint32_t node = built.key(u"Select").key_node;
    MemorySource source(built.bytes);
    const regf::LazyHive lazy(source);
    CHECK(lazy.is_allocated(node));
    for (const std::uint32_t offset : {node + 4, node + 8, 0U, 31U, 0x7ffffff8U, 0xfffffff8U}) {
        CAPTURE(offset);
        CHECK_FALSE(lazy.is_allocated(offset));
        CHECK(test::word_thrown_by([&] { lazy.cell(offset); }) == "malformed-hive");
    }
}

TEST_CASE("What lies behind a broken cell of a bin cannot be reached, and the damage is kept") {
    f::Built built = f::build(f::system_tree(f::Generation::win7));
    const std::uint32_t node = built.key(u"Select").key_node;
    f::put_u32(built.bytes, f::cell_size_field(node), 4);
    MemorySource source(built.bytes);
    const regf::LazyHive lazy(source);
    CHECK(lazy.damage().empty());
    CHECK_FALSE(lazy.is_allocated(node));
    REQUIRE(lazy.damage().size() == 1);
    CHECK(contains(lazy.damage()[0].message, "no multiple of 8"));
    CHECK(lazy.damage()[0].offset_in_file == f::cell_size_field(node));
}

TEST_CASE("A page that was a bin once does not hide the bin that it lies in") {
    // A value of three pages, in whose middle stands the header of a bin with one free cell.
    f::Key root = f::make_key(u"ROOT");
    Bytes data(3 * 4096, std::byte{0});
    root.subkeys.push_back(f::make_key(u"Key", {f::make_value(u"Data", f::reg_binary, data)}));
    root.subkeys.push_back(f::make_key(u"Last", {f::dword_value(u"Number", 5)}));
    f::HiveOptions options;
    options.bin_size_bytes = 5 * 4096;
    f::Built built = f::build(root, options);
    REQUIRE(built.bins.size() == 1);
    const std::uint32_t page = 4096;
    f::put_text(built.bytes, 4096 + page, "hbin");
    f::put_u32(built.bytes, 4096 + page + 4, page);
    f::put_u32(built.bytes, 4096 + page + 8, 4 * 4096);
    f::put_u32(built.bytes, 4096 + page + 32, 4 * 4096 - 32);
    MemorySource source(built.bytes);
    const regf::LazyHive lazy(source);
    const regf::Hive whole(built.bytes);
    for (const auto& [path, cells] : built.keys) {
        CHECK(equal(lazy.cell(cells.key_node), whole.cell(cells.key_node)));
    }
    CHECK(lazy.is_allocated(built.value(u"Last", u"Number").key_value));
}

TEST_CASE("Bins that claim everything behind them cost no more than a part of the file each") {
    // Every page says that it is a bin up to the end: read one by one they are the file squared.
    f::Built built = wide_hive();
    const std::uint32_t size = f::get_u32(built.bytes, f::base_block::bins_size);
    for (std::uint32_t page = 0; page < size; page += 4096) {
        f::put_text(built.bytes, 4096 + page, "hbin");
        f::put_u32(built.bytes, 4096 + page + 4, page);
        f::put_u32(built.bytes, 4096 + page + 8, size - page);
        f::put_u32(built.bytes, 4096 + page + 32, 0);
    }
    CountingSource source(built.bytes);
    const regf::LazyHive lazy(source);
    for (std::uint32_t offset = 0; offset < size; offset += 4096) {
        CHECK(test::word_thrown_by([&] { lazy.cell(offset + 64); }) == "malformed-hive");
    }
    CHECK(source.bytes_read < 4 * std::uint64_t{size});
}

TEST_CASE("A search for what is nowhere ends, however often it is made") {
    f::Built built = wide_hive();
    const std::uint32_t size = f::get_u32(built.bytes, f::base_block::bins_size);
    for (std::uint32_t page = 0; page < size; page += 4096) {
        f::put_text(built.bytes, 4096 + page, "xxxx");
    }
    CountingSource source(built.bytes);
    const regf::LazyHive lazy(source);
    for (int i = 0; i < 20'000; ++i) {
        CHECK(test::word_thrown_by([&] { lazy.cell(size - 4064); }) == "malformed-hive");
    }
    CHECK(source.bytes_read < 2 * std::uint64_t{size});
}

TEST_CASE("A file that is cut gives what it has") {
    f::Built built = wide_hive();
    built.bytes.resize(built.bytes.size() / 2 + 100);
    MemorySource source(built.bytes);
    const regf::LazyHive lazy(source);
    REQUIRE(lazy.damage().size() == 1);
    CHECK(contains(lazy.damage()[0].message, "hive bins data is cut"));
    CHECK(regf::root_key(lazy).name().utf8() == "ROOT");
    const std::uint32_t size = f::get_u32(built.bytes, f::base_block::bins_size);
    CHECK_FALSE(lazy.is_allocated(size - 4064));
}
