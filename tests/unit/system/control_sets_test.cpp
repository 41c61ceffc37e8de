// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/control_sets.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "hive_builder.h"
#include "system_tree.h"
#include "thrown.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using system::Choice;
using ChoiceKind = system::Choice::Kind;

namespace {

/// A tree with the given control sets, empty ones: nothing here looks into them.
f::Key tree(const std::vector<std::u16string>& sets, f::Key select) {
    f::Key root = f::make_key(u"ROOT", {}, {std::move(select)});
    for (const std::u16string& name : sets) root.subkeys.push_back(f::make_key(name));
    return root;
}

f::Key select_with(std::optional<std::uint32_t> current, std::optional<std::uint32_t> next) {
    f::Key key = f::make_key(u"Select");
    if (current) key.values.push_back(f::dword_value(u"Current", *current));
    if (next) key.values.push_back(f::dword_value(u"Default", *next));
    return key;
}

/// "1 3", or the word of the error.
std::string chosen(const f::Key& root, const Choice& choice) {
    const f::Built built = f::build(root);
    const regf::Hive hive(built.bytes);
    std::string text;
    const auto error = test::error_of([&] {
        for (const auto& set :
             system::choose_control_sets(hive, system::read_select(hive), choice)) {
            text += (text.empty() ? "" : " ") + std::to_string(set.number);
            CHECK(set.key.name().equals_ascii(system::control_set_name(set.number)));
        }
    });
    if (!error) return text;
    CHECK_FALSE(error->hint().empty());
    return std::string(word_of(error->code()));
}

std::string word_of_select(const f::Key& root) {
    const f::Built built = f::build(root);
    const regf::Hive hive(built.bytes);
    return test::word_thrown_by([&] { system::read_select(hive); });
}

}  // namespace

TEST_CASE("The four numbers of Select are read, and absent ones are absent") {
    const f::Built built = f::build(tree({}, f::select_key(1, 2, 3, 4)));
    const system::Select select = system::read_select(regf::Hive(built.bytes));
    CHECK(select.current == 1);
    CHECK(select.default_set == 2);
    CHECK(select.failed == 3);
    CHECK(select.last_known_good == 4);
    const f::Built empty = f::build(tree({}, f::make_key(u"SELECT")));
    const system::Select nothing = system::read_select(regf::Hive(empty.bytes));
    CHECK_FALSE(nothing.current);
    CHECK_FALSE(nothing.default_set);
    CHECK_FALSE(nothing.failed);
    CHECK_FALSE(nothing.last_known_good);
}

TEST_CASE("A hive without Select is no SYSTEM hive") {
    CHECK(word_of_select(f::make_key(u"ROOT")) == "no-such-key");
    CHECK(word_of_select(tree({u"ControlSet001"}, f::make_key(u"Selected"))) == "no-such-key");
}

TEST_CASE("A number of Select must be a REG_DWORD of at least four bytes") {
    struct Row {
        std::string name;
        std::uint32_t type;
        Bytes data;
        std::string expected;
    };
    const std::vector<Row> rows = {
        {"four bytes", f::reg_dword, f::dword(1), "nothing"},
        {"eight bytes, as a loader accepts", f::reg_dword, f::bytes({1, 0, 0, 0, 9, 9, 9, 9}),
         "nothing"},
        {"three bytes", f::reg_dword, f::bytes({1, 0, 0}), "malformed-value"},
        {"no bytes", f::reg_dword, {}, "malformed-value"},
        {"text", f::reg_sz, f::sz(u"1"), "malformed-value"},
        {"binary", f::reg_binary, f::dword(1), "malformed-value"},
        {"eight bytes of another type", f::reg_qword, f::bytes({1, 0, 0, 0, 0, 0, 0, 0}),
         "malformed-value"},
    };
    for (const Row& row : rows) {
        for (const char16_t* name : {u"Current", u"Default"}) {
            CAPTURE(row.name);
            f::Key select = f::select_key(1, 1, 0, 1);
            for (f::Value& value : select.values) {
                if (value.name == name) value = f::make_value(name, row.type, row.data);
            }
            CHECK(word_of_select(tree({u"ControlSet001"}, select)) == row.expected);
        }
    }
}

TEST_CASE("The two numbers that nothing depends on are absent when they are of another type") {
    f::Key select = f::select_key(1, 1, 0, 1);
    for (f::Value& value : select.values) {
        if (value.name == u"Failed" || value.name == u"LastKnownGood") {
            value = f::make_value(value.name, f::reg_sz, f::sz(u"1"));
        }
    }
    const f::Built built = f::build(tree({u"ControlSet001"}, select));
    const system::Select numbers = system::read_select(regf::Hive(built.bytes));
    CHECK(numbers.current == 1);
    CHECK_FALSE(numbers.failed);
    CHECK_FALSE(numbers.last_known_good);
}

TEST_CASE("Which control sets are chosen") {
    struct Row {
        std::string name;
        std::vector<std::u16string> sets;
        std::optional<std::uint32_t> current, next;
        Choice choice;
        std::string expected;
    };
    const Choice boot, current{ChoiceKind::current, 0}, next{ChoiceKind::default_set, 0},
        all{ChoiceKind::all, 0};
    const auto number = [](std::uint32_t n) { return Choice{ChoiceKind::number, n}; };
    const std::vector<std::u16string> one = {u"ControlSet001"};
    const std::vector<std::u16string> two = {u"ControlSet001", u"ControlSet002"};
    const std::vector<Row> rows = {
        {"both the same", one, 1, 1, boot, "1"},
        {"they differ: both", two, 1, 2, boot, "1 2"},
        {"they differ, the other way", two, 2, 1, boot, "2 1"},
        {"sets 1 and 3", {u"ControlSet001", u"ControlSet003"}, 3, 3, boot, "3"},
        {"never booted", one, 0, 1, boot, "1"},
        {"never booted, no such set", one, 0, 2, boot, "no-such-control-set"},
        {"Current does not exist", one, 2, 1, boot, "no-such-control-set"},
        {"Default does not exist", one, 1, 2, boot, "no-such-control-set"},
        {"neither exists", one, 3, 3, boot, "no-such-control-set"},
        {"Default is 0", one, 1, 0, boot, "no-such-control-set"},
        {"both are 0", one, 0, 0, boot, "no-such-control-set"},
        {"a number of four digits", one, 1000, 1000, boot, "no-such-control-set"},
        {"the highest number", one, 0xffffffff, 0xffffffff, boot, "no-such-control-set"},
        {"no Current", one, std::nullopt, 1, boot, "no-such-control-set"},
        {"no Default", one, 1, std::nullopt, boot, "no-such-control-set"},
        {"current", two, 1, 2, current, "1"},
        {"current, and never booted", two, 0, 2, current, "2"},
        {"Default is 0, and a key is called so",
         {u"ControlSet000", u"ControlSet001"},
         1,
         0,
         boot,
         "no-such-control-set"},
        {"current, without Default", two, 1, std::nullopt, current, "1"},
        {"current, and there is none", two, std::nullopt, 2, current, "no-such-control-set"},
        {"default", two, 1, 2, next, "2"},
        {"default, without Current", two, std::nullopt, 2, next, "2"},
        {"default, and there is none", two, 1, std::nullopt, next, "no-such-control-set"},
        {"a number", two, 1, 1, number(2), "2"},
        {"a number, and no set of Select exists", two, 7, 7, number(2), "2"},
        {"a number, and Select is empty", two, std::nullopt, std::nullopt, number(1), "1"},
        {"a number without a set", two, 1, 1, number(3), "no-such-control-set"},
        {"the highest set", {u"ControlSet999"}, 999, 999, number(999), "999"},
        {"all", two, 1, 1, all, "1 2"},
        {"all, whatever Select says", two, 9, std::nullopt, all, "1 2"},
        {"all, but only what is a control set",
         {u"ControlSet001", u"ControlSet", u"ControlSet02", u"ControlSet0003", u"ControlSet00x",
          u"ControlSet000", u"XControlSet004", u"ControlSet\u0661\u0661\u0661"},
         1,
         1,
         all,
         "1"},
        {"all, of any case", {u"CONTROLSET001", u"controlset010"}, 1, 1, all, "1 10"},
        {"all of none", {}, 1, 1, all, "no-such-control-set"},
        {"any case", {u"controlSET001"}, 1, 1, boot, "1"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        CHECK(chosen(tree(row.sets, select_with(row.current, row.next)), row.choice) ==
              row.expected);
    }
}

TEST_CASE("A set without Control\\Lsa is a stub, unless all are") {
    const auto whole = [](const char16_t* name) {
        return f::make_key(name, {}, {f::make_key(u"Control", {}, {f::make_key(u"Lsa")})});
    };
    const auto taken = [](const f::Key& root, std::size_t left) {
        const f::Built built = f::build(root);
        const regf::Hive hive(built.bytes);
        auto sets = system::choose_control_sets(hive, {}, {ChoiceKind::all, 0});
        const auto stubs = system::take_stubs(sets);
        CHECK(sets.size() == left);
        return stubs;
    };
    f::Key root = tree({u"ControlSet002"}, select_with(1, 1));
    CHECK(taken(root, 1).empty());
    root.subkeys.push_back(whole(u"ControlSet001"));
    CHECK(taken(root, 1) == std::vector<std::uint32_t>{2});
}

TEST_CASE("Control sets are numbered with three digits") {
    CHECK(system::control_set_name(1) == "ControlSet001");
    CHECK(system::control_set_name(42) == "ControlSet042");
    CHECK(system::control_set_name(999) == "ControlSet999");
}

TEST_CASE("A hive with more control sets than Windows keeps is not gone through") {
    std::vector<std::u16string> names;
    for (int number = 1; number <= 17; ++number) {
        const std::string name = system::control_set_name(static_cast<std::uint32_t>(number));
        names.emplace_back(name.begin(), name.end());
    }
    const f::Key many = tree(names, select_with(1, 1));
    CHECK(chosen(many, {ChoiceKind::all, 0}) == "malformed-hive");
    CHECK(chosen(many, {ChoiceKind::number, 17}) == "17");
    names.pop_back();
    CHECK(chosen(tree(names, select_with(1, 1)), {ChoiceKind::all, 0}) ==
          "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16");
}
