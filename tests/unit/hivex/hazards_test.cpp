// SPDX-License-Identifier: GPL-2.0-or-later
// Each sibling that hivex cannot keep, and those that look alike and are harmless.
#include "hivex/hazards.h"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "hive_builder.h"
#include "prepared_hive.h"
#include "regf/structure.h"
#include "thrown.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using test::contains;

namespace {

const std::u16string lsa{f::lsa_path};
constexpr std::size_t one_million = 1'000'000;  // hivex reads no larger value

struct Row {
    std::string name;
    std::uint32_t minor;
    f::Value sibling;
    std::function<void(f::Built&, const f::ValueCells&)> patch;
    std::string fragment;  // empty: harmless
};

f::Value named(std::u16string name, f::NameForm form = f::NameForm::automatic,
               std::uint16_t extra_flags = 0) {
    f::Value value = f::binary_value(std::move(name), Bytes(8, std::byte{7}));
    value.name_form = form;
    value.extra_flags = extra_flags;
    return value;
}

f::Value sized(std::size_t size, f::Storage storage = f::Storage::automatic) {
    f::Value value = f::binary_value(u"Sibling", Bytes(size, std::byte{7}));
    value.storage = storage;
    return value;
}

void nothing(f::Built&, const f::ValueCells&) {}

/// Length and offset fields as given.
auto length_and_offset(std::uint32_t length, std::uint32_t offset) {
    return [=](f::Built& hive, const f::ValueCells& cells) {
        f::put_u32(hive.bytes, f::field(cells.key_value, f::key_value::data_size), length);
        f::put_u32(hive.bytes, f::field(cells.key_value, f::key_value::data), offset);
    };
}

std::vector<Row> name_rows() {
    using Form = f::NameForm;
    return {
        {"an ASCII name", 5, named(u"Sibling"), nothing, ""},
        {"accented Latin-1 letters", 5, named(u"caf\u00e9"), nothing, ""},
        {"a Cyrillic name", 5, named(u"\u0436"), nothing, ""},
        {"a surrogate pair", 5, named(u"\U0001F511"), nothing, ""},
        {"the default value", 5, named(u""), nothing, ""},
        {"the default value with the flag of a one-byte name", 5, named(u"", Form::latin1), nothing,
         "no name, but a flag"},
        {"an ASCII name as UTF-16", 5, named(u"plain", Form::utf16), nothing, "another encoding"},
        {"a Latin-1 name as UTF-16", 5, named(u"caf\u00e9", Form::utf16), nothing,
         "another encoding"},
        {"half a surrogate pair", 5, named(u"a\xd800"), nothing, "no valid UTF-16"},
        {"the other half", 5, named(u"\xdc00\u0436"), nothing, "no valid UTF-16"},
        {"an odd number of bytes", 5, named(u"\u0436\u0436"),
         [](f::Built& hive, const f::ValueCells& cells) {
             f::put_u16(hive.bytes, f::field(cells.key_value, f::key_value::name_length), 3);
         },
         "no valid UTF-16"},
        {"a NUL in a one-byte name", 5, named(std::u16string(u"a\0b", 3)), nothing, "NUL inside"},
        {"a NUL in a UTF-16 name", 5, named(std::u16string(u"\u0436\0b", 3)), nothing,
         "NUL inside"},
        {"flags 2 and 1", 5, named(u"Sibling", Form::latin1, 2), nothing, "flags"},
        {"flags of another kind on a UTF-16 name", 5, named(u"\u0436", Form::utf16, 0x8000),
         nothing, "flags"},
    };
}

std::vector<Row> data_rows() {
    constexpr std::uint32_t nowhere = 0x00fffff0;
    const std::size_t segment = f::segment_size_bytes;
    return {
        {"no data in the key value", 5, sized(0, f::Storage::in_key_value), nothing, ""},
        {"4 bytes in the key value", 5, sized(4), nothing, ""},
        {"4 bytes in a cell", 5, sized(4, f::Storage::cell), nothing, ""},
        {"16344 bytes", 5, sized(segment), nothing, ""},
        {"16345 bytes as big data", 5, sized(segment + 1), nothing, "16,344"},
        {"16345 bytes as big data, minor version 4", 4, sized(segment + 1), nothing, "16,344"},
        {"16345 bytes in one cell", 5, sized(segment + 1, f::Storage::cell), nothing, "16,344"},
        {"16345 bytes, minor version 3", 3, sized(segment + 1), nothing, ""},
        {"1,000,000 bytes, minor version 3", 3, sized(one_million), nothing, ""},
        {"1,000,001 bytes, minor version 3", 3, sized(one_million + 1), nothing, "1,000,000"},
        {"1,000,001 bytes as big data", 5, sized(one_million + 1), nothing, "1,000,000"},
        {"5 bytes in the key value", 5, sized(4),
         [](f::Built& hive, const f::ValueCells& cells) {
             f::put_u32(hive.bytes, f::field(cells.key_value, f::key_value::data_size), 0x80000005);
         },
         "does not fit into the field"},
        {"length 0 with an offset to nowhere", 5, sized(8), length_and_offset(0, nowhere),
         "no allocated cell"},
        {"length 0 with offset 0", 5, sized(8), length_and_offset(0, 0), "no allocated cell"},
        {"length 0 with no offset", 5, sized(8), length_and_offset(0, f::no_offset),
         "no allocated cell"},
        {"length 0 with a good offset of its own", 5, sized(8),
         [](f::Built& hive, const f::ValueCells& cells) {
             f::put_u32(hive.bytes, f::field(cells.key_value, f::key_value::data_size), 0);
         },
         ""},
        {"data that lie nowhere", 5, sized(8), length_and_offset(8, nowhere), "no allocated cell"},
        {"a length beyond the cell", 5, sized(8),
         [](f::Built& hive, const f::ValueCells& cells) {
             f::put_u32(hive.bytes, f::field(cells.key_value, f::key_value::data_size), 4000);
         },
         "longer than its cell"},
        {"an unknown type", 5, f::make_value(u"Sibling", 0x12345678, Bytes(8)), nothing, ""},
    };
}

void check_rows(const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        CAPTURE(row.name);
        f::Key root = f::small_tree({false, true});
        f::at(root, lsa).values.insert(f::at(root, lsa).values.begin(), row.sibling);
        f::HiveOptions options;
        options.minor_version = row.minor;
        f::Built built = f::build(root, options);
        row.patch(built, f::ValueCells(built.key(lsa).values.front()));
        const regf::Hive hive(built.bytes);
        const auto hazard = hivex::find_hazard(regf::KeyNode(hive, built.key(lsa).key_node),
                                               regf::check_structure(hive).shared_cells);
        CHECK(hazard.has_value() == !row.fragment.empty());
        if (hazard) {
            CAPTURE(*hazard);
            CHECK(contains(*hazard, row.fragment));
            CHECK(contains(*hazard, "value \""));
        }
    }
}

std::optional<std::string> hazard_in_lsa(const f::Built& built) {
    const regf::Hive hive(built.bytes);
    return hivex::find_hazard(regf::KeyNode(hive, built.key(lsa).key_node),
                              regf::check_structure(hive).shared_cells);
}

}  // namespace

TEST_CASE("Names of siblings that hivex would change are hazards, all others are not") {
    check_rows(name_rows());
}

TEST_CASE("Data of siblings that hivex would lose are hazards, all others are not") {
    check_rows(data_rows());
}

TEST_CASE("Cells that two values share are hazards") {
    const f::Built good = f::build(f::small_tree({false, true}));
    const f::ValueCells& first = good.value(lsa, u"Authentication Packages");
    const f::ValueCells& second = good.value(lsa, u"Bounds");
    struct Shared {
        std::string name;
        std::size_t at;
        std::uint32_t offset;
    };
    const std::size_t data_of_second = f::field(second.key_value, f::key_value::data);
    const f::KeyCells& key = good.key(lsa);
    for (const Shared& row :
         {Shared{"one data cell for two values", data_of_second, first.data},
          Shared{"a value listed twice", f::field(key.value_list, 4), first.key_value},
          Shared{"data in the list of values", data_of_second, key.value_list},
          Shared{"data in a key value", data_of_second, first.key_value},
          Shared{"data in the key node", data_of_second, key.key_node},
          Shared{"data in the list of subkeys", data_of_second, key.subkey_list},
          Shared{"data in the security item", data_of_second, key.security}}) {
        CAPTURE(row.name);
        f::Built built = good;
        f::put_u32(built.bytes, row.at, row.offset);
        f::put_u32(built.bytes, f::field(second.key_value, f::key_value::data_size), 5);
        // Two values may share cells without damage; a value and something else may not.
        const bool is_damaged = regf::check_structure(regf::Hive(built.bytes)).damage_count != 0;
        CHECK((is_damaged || hazard_in_lsa(built)));
    }
    CHECK_FALSE(hazard_in_lsa(good));
}

TEST_CASE("Cells that another key shares are hazards, wherever that key lies") {
    const f::Built good = f::build(f::small_tree({false, true}));
    const f::ValueCells& mine = good.value(lsa, u"Bounds");
    const f::ValueCells& far = good.value(u"Setup", u"SystemPartition");
    const f::ValueCells& farther = good.value(u"ControlSet001\\Control", u"CurrentUser");
    struct Shared {
        std::string name;
        std::size_t at;
        std::uint32_t offset;
        std::string fragment;  // empty: harmless
    };
    const std::size_t data_of_far = f::field(far.key_value, f::key_value::data);
    const std::size_t list_of_far = f::field(good.key(u"Setup").value_list, 0);
    for (const Shared& row :
         {Shared{"data of another key's value", data_of_far, mine.data, "shares its data"},
          Shared{"a value that another key lists", list_of_far, mine.key_value, "listed twice"},
          Shared{"data that two other keys share", data_of_far, farther.data, ""}}) {
        CAPTURE(row.name);
        f::Built built = good;
        f::put_u32(built.bytes, row.at, row.offset);
        f::put_u32(built.bytes, f::field(far.key_value, f::key_value::data_size), 5);
        CHECK(regf::check_structure(regf::Hive(built.bytes)).damage_count == 0);
        const auto hazard = hazard_in_lsa(built);
        CHECK(hazard.has_value() == !row.fragment.empty());
        if (hazard) CHECK(contains(*hazard, row.fragment));
    }
}

TEST_CASE("A value without data that names somebody's cell is a hazard: hivex frees the cell") {
    const f::Built good = f::build(f::small_tree({false, true}));
    const f::ValueCells& mine = good.value(lsa, u"Bounds");
    struct Named {
        std::string name;
        std::uint32_t offset;
        bool is_hazard;
    };
    for (const Named& row :
         {Named{"a key node", good.key(u"Setup").key_node, true},
          Named{"the root", good.key(u"").key_node, true},
          Named{"the data of a value", good.value(u"Setup", u"SystemPartition").data, true},
          Named{"its own cell, which nothing else uses", mine.data, false}}) {
        CAPTURE(row.name);
        f::Built built = good;
        f::put_u32(built.bytes, f::field(mine.key_value, f::key_value::data_size), 0);
        f::put_u32(built.bytes, f::field(mine.key_value, f::key_value::data), row.offset);
        CHECK(regf::check_structure(regf::Hive(built.bytes)).damage_count == 0);
        CHECK(hazard_in_lsa(built).has_value() == row.is_hazard);
    }
}

TEST_CASE("A key that is a predefined handle is a hazard") {
    f::Built built = f::build(f::small_tree({false, true}));
    f::put_u16(built.bytes, f::field(built.key(lsa).key_node, f::key_node::flags), 0x60);
    const auto hazard = hazard_in_lsa(built);
    REQUIRE(hazard);
    CHECK(contains(*hazard, "predefined handle"));
}

TEST_CASE("A hazard counts only in a key that is to be edited") {
    f::Key root = f::small_tree({true, false});
    f::at(root, lsa).values.push_back(named(u"Sibling", f::NameForm::latin1, 2));
    const test::PreparedHive other(root);
    CHECK(test::word_thrown_by([&] {
              hivex::require_no_hazard(other.clean, other.plan, other.shared);
          }) == "nothing");
    f::value_at(root, lsa, f::packages_value).data = f::multi_sz({u"kerberos"});
    const test::PreparedHive same(root);
    const auto error =
        test::error_of([&] { hivex::require_no_hazard(same.clean, same.plan, same.shared); });
    REQUIRE(error);
    CHECK(word_of(error->code()) == "unsafe-sibling-value");
    CHECK(contains(error->message(), "ControlSet001\\Control\\Lsa"));
    CHECK(contains(error->message(), "\"Sibling\""));
    CHECK(test::word_thrown_by([&] { same.edited(); }) == "unsafe-sibling-value");
}
