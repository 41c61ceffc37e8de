// SPDX-License-Identifier: GPL-2.0-or-later
// Keys and values of sound hives, as the builder put them in.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "hive_builder.h"
#include "regf/key_security.h"
#include "regf/key_value.h"
#include "regf/subkeys_list.h"
#include "system_tree.h"
#include "thrown.h"
#include "unit/regf/judge.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using Storage = regf::KeyValue::Storage;
using test::judge;

namespace {

/// Bytes that differ from place to place, so that a wrong offset shows; 251 is a prime.
Bytes pattern(std::size_t size) {
    Bytes bytes;
    for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<std::byte>(i % 251));
    return bytes;
}

regf::KeyNode key_of(const regf::Hive& hive, const f::Built& built, const std::u16string& path) {
    return {hive, built.key(path).key_node};
}

f::Key tree_with(f::Key key) {
    f::Key root = f::small_tree({true, true});
    root.subkeys.push_back(std::move(key));
    return root;
}

std::vector<std::string> names_of_subkeys(const regf::KeyNode& key) {
    std::vector<std::string> names;
    for (const regf::CellOffset offset : key.subkeys()) {
        names.push_back(regf::KeyNode(key.cells(), offset).name().utf8());
    }
    return names;
}

}  // namespace

TEST_CASE("The trees of all Windows generations are sound") {
    for (const auto generation :
         {f::Generation::nt4, f::Generation::xp, f::Generation::server2003, f::Generation::vista,
          f::Generation::win7, f::Generation::win81, f::Generation::win10}) {
        for (const std::uint32_t minor : {3U, 4U, 5U, 6U}) {
            CAPTURE(static_cast<int>(generation));
            CAPTURE(minor);
            f::HiveOptions options;
            options.minor_version = minor;
            const f::Built built = f::build(f::system_tree(generation), options);
            const test::Judgement result = judge(built.bytes);
            CHECK(result.thrown == "");
            CHECK(result.damage == "");
            CHECK(result.warnings == "");
            CHECK(result.structure.key_count == built.keys.size());
        }
    }
}

TEST_CASE("Every kind of list of subkeys gives the same keys") {
    struct Row {
        std::string name;
        f::ListKind kind;
        std::size_t leaf_elements;
        regf::SubkeysLeaf::Kind expected;
        bool index_root;
    };
    using Kind = regf::SubkeysLeaf::Kind;
    for (const Row& row : {Row{"li", f::ListKind::index_leaf, 500, Kind::index, false},
                           Row{"lf", f::ListKind::fast_leaf, 500, Kind::fast, false},
                           Row{"lh", f::ListKind::hash_leaf, 500, Kind::hash, false},
                           Row{"ri of li", f::ListKind::index_leaf, 2, Kind::index, true},
                           Row{"ri of lf", f::ListKind::fast_leaf, 2, Kind::fast, true},
                           Row{"ri of lh", f::ListKind::hash_leaf, 2, Kind::hash, true}}) {
        CAPTURE(row.name);
        f::Key key = f::make_key(u"Many");
        for (const char16_t* name : {u"alpha", u"Beta", u"gamma", u"Delta", u"epsilon"}) {
            key.subkeys.push_back(f::make_key(name));
        }
        key.list_kind = row.kind;
        key.leaf_elements = row.leaf_elements;
        const f::Built built = f::build(tree_with(key));
        CHECK(judge(built.bytes).damage == "");
        CHECK(judge(built.bytes).warnings == "");
        const regf::Hive hive(built.bytes);
        const regf::KeyNode many = key_of(hive, built, u"Many");
        CHECK(names_of_subkeys(many) ==
              std::vector<std::string>{"alpha", "Beta", "Delta", "epsilon", "gamma"});
        CHECK(regf::is_index_root(hive, many.subkeys_list()) == row.index_root);
        const auto leaves = regf::subkeys_leaves(hive, many.subkeys_list());
        CHECK(leaves.size() == (row.index_root ? 3 : 1));
        CHECK(leaves.front().kind() == row.expected);
    }
}

TEST_CASE("Names are read in both encodings") {
    struct Row {
        std::u16string name;
        f::NameForm form;
        std::string utf8;
    };
    for (const Row& row :
         {Row{u"plain", f::NameForm::latin1, "plain"}, Row{u"plain", f::NameForm::utf16, "plain"},
          Row{u"caf\u00e9", f::NameForm::latin1, "caf\xc3\xa9"},
          Row{u"caf\u00e9", f::NameForm::utf16, "caf\xc3\xa9"},
          Row{u"\u0436\u30c6", f::NameForm::utf16, "\xd0\xb6\xe3\x83\x86"},
          Row{u"\U0001F511", f::NameForm::utf16, "\xf0\x9f\x94\x91"}}) {
        CAPTURE(row.utf8);
        f::Key key = f::make_key(row.name, {f::dword_value(row.name, 7)});
        key.name_form = key.values[0].name_form = row.form;
        const f::Built built = f::build(tree_with(key));
        CHECK(judge(built.bytes).damage == "");
        const regf::Hive hive(built.bytes);
        const regf::KeyNode read = key_of(hive, built, row.name);
        CHECK(read.name().utf8() == row.utf8);
        CHECK(read.name().compressed == (row.form == f::NameForm::latin1));
        const regf::KeyValue value(hive, read.values().at(0));
        CHECK(value.name().utf8() == row.utf8);
        CHECK(value.name().units() == row.name);
        CHECK(value.flags() == (row.form == f::NameForm::latin1 ? 1 : 0));
    }
}

TEST_CASE("Data are read from the key value, from a cell and from segments") {
    struct Row {
        std::size_t size;
        f::Storage storage;
        std::uint32_t minor;
        Storage expected;
        std::size_t cells;
    };
    const std::size_t segment = f::segment_size_bytes;
    for (const Row& row : {Row{0, f::Storage::in_key_value, 5, Storage::in_the_key_value, 0},
                           Row{1, f::Storage::in_key_value, 5, Storage::in_the_key_value, 0},
                           Row{4, f::Storage::in_key_value, 5, Storage::in_the_key_value, 0},
                           Row{4, f::Storage::cell, 5, Storage::cell, 1},
                           Row{5, f::Storage::cell, 5, Storage::cell, 1},
                           Row{segment, f::Storage::automatic, 5, Storage::cell, 1},
                           Row{segment + 1, f::Storage::automatic, 3, Storage::cell, 1},
                           Row{segment + 1, f::Storage::automatic, 4, Storage::big_data, 4},
                           Row{2 * segment, f::Storage::automatic, 5, Storage::big_data, 4},
                           Row{2 * segment + 1, f::Storage::automatic, 6, Storage::big_data, 5}}) {
        CAPTURE(row.size);
        CAPTURE(row.minor);
        f::Value model = f::binary_value(u"Data", pattern(row.size));
        model.storage = row.storage;
        f::HiveOptions options;
        options.minor_version = row.minor;
        const f::Built built = f::build(tree_with(f::make_key(u"Key", {model})), options);
        CHECK(judge(built.bytes).damage == "");
        const regf::Hive hive(built.bytes);
        const auto value = regf::find_value(key_of(hive, built, u"Key"), "DATA");
        REQUIRE(value);
        CHECK(value->storage() == row.expected);
        CHECK(value->data_size_bytes() == row.size);
        CHECK(value->data() == pattern(row.size));
        CHECK(value->data_cells().size() == row.cells);
        CHECK(value->type() == f::reg_binary);
    }
}

TEST_CASE("A value of length 0 that is not in the key value has no data, wherever it points") {
    f::Built built =
        f::build(tree_with(f::make_key(u"Key", {f::binary_value(u"Data", pattern(8))})));
    const std::uint32_t cell = built.value(u"Key", u"Data").key_value;
    f::put_u32(built.bytes, f::field(cell, f::key_value::data_size), 0);
    f::put_u32(built.bytes, f::field(cell, f::key_value::data), 0x00fffff0);
    const regf::Hive hive(built.bytes);
    const regf::KeyValue value(hive, cell);
    CHECK(value.storage() == Storage::none);
    CHECK(value.data().empty());
    CHECK(value.data_cells().empty());
}

TEST_CASE("Values keep their order, and the default value has no name") {
    const f::Built built = f::build(tree_with(f::make_key(
        u"Key", {f::dword_value(u"z", 1), f::sz_value(u"", u"default"), f::dword_value(u"a", 2)})));
    const regf::Hive hive(built.bytes);
    std::vector<std::string> names;
    for (const regf::CellOffset offset : key_of(hive, built, u"Key").values()) {
        names.push_back(regf::KeyValue(hive, offset).name().utf8());
    }
    CHECK(names == std::vector<std::string>{"z", "", "a"});
}

TEST_CASE("The fields of a key node are those that were built") {
    f::Key key = f::make_key(u"Key", {f::binary_value(u"abc", pattern(7))},
                             {f::make_key(u"Longer"), f::make_key(u"k")});
    key.class_name = f::utf16(u"class");
    key.last_written = 0x0123456789abcdef;
    key.security = 1;
    key.extra_flags = 0x10;  // a symbolic link
    const f::Built built = f::build(tree_with(key));
    const regf::Hive hive(built.bytes);
    const regf::KeyNode read = key_of(hive, built, u"Key");
    CHECK(read.last_written() == 0x0123456789abcdef);
    CHECK(read.is_symbolic_link());
    CHECK(read.parent() == hive.base_block().root_offset);
    CHECK(read.subkey_count() == 2);
    CHECK(read.value_count() == 1);
    CHECK(equal(read.class_name(), f::utf16(u"class")));
    CHECK(read.maximum_length(0) == 2 * 6);  // "Longer", as UTF-16
    CHECK(read.maximum_length(2) == 2 * 3);  // "abc"
    CHECK(read.maximum_length(3) == 7);
    CHECK(read.security() == built.security.at(1));
    const regf::KeySecurity item(hive, read.security());
    CHECK(equal(item.descriptor(), f::default_security_descriptors().at(1)));
    CHECK(item.reference_count() == 3);  // this key, and the two Lsa keys with secrets
    CHECK(item.next() == built.security.at(0));
    CHECK(item.previous() == built.security.at(0));
    CHECK_FALSE(key_of(hive, built, u"Setup").is_symbolic_link());
}

TEST_CASE("Keys and values are found without regard to ASCII case, and only whole names") {
    const f::Built built = f::build(f::small_tree({true, true}));
    const regf::Hive hive(built.bytes);
    const regf::KeyNode root = regf::root_key(hive);
    CHECK(regf::find_key(root, "controlset001\\CONTROL\\lsa")->offset() ==
          built.key(u"ControlSet001\\Control\\Lsa").key_node);
    CHECK(regf::find_key(root, "")->offset() == root.offset());
    for (const char* path : {"ControlSet00", "ControlSet0011", "ControlSet001\\Control\\Lsa\\x",
                             "x\\Control", "\\ControlSet001", "ControlSet001\\\\Control"}) {
        CAPTURE(std::string(path));
        CHECK_FALSE(regf::find_key(root, path));
    }
    const auto setup = regf::find_subkey(root, "SETUP");
    REQUIRE(setup);
    CHECK(regf::find_value(*setup, "cmdline")->name().utf8() == "CmdLine");
    CHECK_FALSE(regf::find_value(*setup, "CmdLin"));
    CHECK_FALSE(regf::find_value(*setup, "CmdLine "));
    CHECK_FALSE(regf::find_value(*setup, ""));
}

TEST_CASE("A name with other bytes is another name, and so is one in another encoding") {
    const Bytes ascii = f::bytes({'a', 'b'});
    const Bytes wide = f::utf16(u"ab");
    const regf::Name compressed{ascii, true};
    CHECK(compressed.same_bytes({ascii, true}));
    CHECK_FALSE(compressed.same_bytes({ascii, false}));
    CHECK_FALSE(compressed.same_bytes({wide, false}));
    CHECK(compressed.equals_ascii("AB"));
    CHECK(regf::Name{wide, false}.equals_ascii("AB"));
    CHECK_FALSE(regf::Name{wide, false}.equals_ascii("ABC"));
    // A byte behind the last UTF-16 unit is no part of a name that anybody looks for.
    const Bytes odd = f::bytes({'a', 0, 'b', 0, 'c'});
    CHECK_FALSE(regf::Name{odd, false}.equals_ascii("ab"));
}

TEST_CASE("Hashes of names are those of the builder, in both encodings, or left open") {
    for (unsigned c = 1; c <= 0xff; ++c) {
        CAPTURE(c);
        const std::u16string text = {static_cast<char16_t>(c), u'b'};
        const Bytes narrow = f::bytes({c, 'b'});
        const Bytes wide = f::utf16(text);
        std::uint32_t expected = 0;
        for (const char16_t unit : f::upper_case(text)) expected = 37 * expected + unit;
        CHECK(regf::upper_case_hash({narrow, true}) == expected);
        CHECK(regf::upper_case_hash({wide, false}) == expected);
    }
    const Bytes cyrillic = f::utf16(u"\u0436");
    CHECK_FALSE(regf::upper_case_hash({cyrillic, false}));
}

TEST_CASE("Name hashes are those of the specification") {
    const auto hash_of = [](std::initializer_list<unsigned> name) {
        const Bytes bytes = f::bytes(name);
        return regf::upper_case_hash({bytes, true}).value();
    };
    // Each unit added to 37 times the hash so far, by hand: 'A' is 65, 'B' is 66.
    CHECK(hash_of({}) == 0);
    CHECK(hash_of({'a'}) == 65);
    CHECK(hash_of({'A', 'b'}) == 65 * 37 + 66);
    CHECK(hash_of({'B', 'a', 'B'}) == (66 * 37 + 65) * 37 + 66);
    // Wraps around at 32 bits instead of growing; 'Z' is 90.
    std::uint64_t wide = 0;
    for (int i = 0; i < 20; ++i) wide = (37 * wide + 90) & 0xffffffff;
    const Bytes long_name(20, std::byte{'z'});
    CHECK(regf::upper_case_hash({long_name, true}) == wide);
}

TEST_CASE("Names are ordered by their upper case") {
    const auto order = [](const Bytes& a, const Bytes& b) {
        return regf::compare_upper_case({a, true}, {b, true});
    };
    CHECK(order(f::bytes({'a'}), f::bytes({'A'})) == 0);
    CHECK(order(f::bytes({'a'}), f::bytes({'B'})) == -1);
    CHECK(order(f::bytes({'b'}), f::bytes({'A'})) == 1);
    CHECK(order(f::bytes({'a'}), f::bytes({'a', 'b'})) == -1);
    CHECK(order(f::bytes({'a', 'b'}), f::bytes({'a'})) == 1);
    CHECK(order(f::bytes({0xff}), f::bytes({0xfe})) == 1);  // the upper case of 0xFF is U+0178
    CHECK(order(f::bytes({'Z'}), f::bytes({'_'})) == -1);
    CHECK(order(f::bytes({'z'}), f::bytes({'_'})) == -1);
    const Bytes latin = f::bytes({'a'});
    const Bytes cyrillic = f::utf16(u"\u0436");
    CHECK_FALSE(regf::compare_upper_case({latin, true}, {cyrillic, false}));
}

TEST_CASE("Types have their names, and unknown ones their numbers") {
    CHECK(regf::type_name(0) == "REG_NONE");
    CHECK(regf::type_name(1) == "REG_SZ");
    CHECK(regf::type_name(2) == "REG_EXPAND_SZ");
    CHECK(regf::type_name(3) == "REG_BINARY");
    CHECK(regf::type_name(4) == "REG_DWORD");
    CHECK(regf::type_name(7) == "REG_MULTI_SZ");
    CHECK(regf::type_name(11) == "REG_QWORD");
    CHECK(regf::type_name(12) == "type 12");
    CHECK(regf::type_name(0xffffffff) == "type 4294967295");
}
