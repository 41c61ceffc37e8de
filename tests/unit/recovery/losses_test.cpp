// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/losses.h"

#include <doctest/doctest.h>

#include "thrown.h"
#include "unit/recovery/states.h"

using namespace nlafix;
namespace f = nlafix::fixture;

namespace {

Bytes built(const f::Key& root) {
    return f::build(root).bytes;
}

}  // namespace

TEST_CASE("A hive lacks nothing that it has itself") {
    const Bytes hive = built(f::small_tree({true, true}));
    const auto losses = recovery::count_losses(hive, hive);
    CHECK(losses.keys == 0);
    CHECK(losses.values == 0);
}

TEST_CASE("New keys count with all that is in them, and so do new and changed values") {
    const f::Key before = f::small_tree({true, true});
    f::Key after = before;
    f::at(after, u"Setup")
        .subkeys.push_back(
            f::make_key(u"New", {f::dword_value(u"One", 1)}, {f::make_key(u"Inner")}));
    f::at(after, u"Setup").values.push_back(f::dword_value(u"Other", 2));
    f::value_at(after, u"Setup", u"SetupType").data = f::dword(77);
    const auto losses = recovery::count_losses(built(before), built(after));
    CHECK(losses.keys == 2);    // New, New\Inner
    CHECK(losses.values == 3);  // One, Other, SetupType
}

TEST_CASE("What only the primary file has is no loss") {
    const f::Key before = f::small_tree({true, true});
    f::Key after = before;
    f::erase_value(after, u"Setup", u"SetupType");
    const auto losses = recovery::count_losses(built(before), built(after));
    CHECK(losses.keys == 0);
    CHECK(losses.values == 0);
}

TEST_CASE("A value with another type counts, and so does the same value under another key") {
    const f::Key before = f::small_tree({true, true});
    f::Key after = before;
    f::value_at(after, u"Setup", u"SetupType").type = f::reg_binary;
    CHECK(recovery::count_losses(built(before), built(after)).values == 1);
    after = before;
    after.values.push_back(f::value_at(after, u"Setup", u"SetupType"));
    CHECK(recovery::count_losses(built(before), built(after)).values == 1);
}

TEST_CASE("A hive that cannot be read through, or loops, is an error") {
    f::Built hive = f::build(f::small_tree({true, true}));
    const Bytes good = hive.bytes;
    const f::KeyCells& setup = hive.key(u"Setup");
    f::put_u32(hive.bytes, f::field(hive.key(u"").leaves[0], f::subkey_list::first_element),
               hive.key(u"").key_node);
    CHECK(test::word_thrown_by([&] { recovery::count_losses(good, hive.bytes); }) ==
          "malformed-hive");
    hive.bytes = good;
    // Many keys that name one list of values would cost a walk of it each.
    f::put_u32(hive.bytes, f::field(setup.key_node, f::key_node::value_list),
               hive.key(u"ControlSet001\\Control\\Lsa").value_list);
    f::put_u32(hive.bytes, f::field(setup.key_node, f::key_node::value_count), 1);
    CHECK(test::word_thrown_by([&] { recovery::count_losses(hive.bytes, good); }) ==
          "malformed-hive");
    hive.bytes = good;
    f::put_u32(hive.bytes, f::field(setup.key_node, f::key_node::value_list), 0x00ffff00);
    CHECK(test::word_thrown_by([&] { recovery::count_losses(hive.bytes, good); }) ==
          "malformed-hive");
}
