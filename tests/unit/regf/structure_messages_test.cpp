// SPDX-License-Identifier: GPL-2.0-or-later
// How damage is told: how many messages there are, and what they name.
#include <doctest/doctest.h>

#include <string>

#include "hive_builder.h"
#include "system_tree.h"
#include "unit/regf/judge.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using test::judge;

namespace {

const std::u16string service = u"ControlSet001\\Services\\TermService";

}  // namespace

TEST_CASE("Messages are limited, the count of damage is not") {
    f::Key root = f::small_tree({false, false});
    f::Key many = f::make_key(u"Many");
    constexpr std::size_t keys = 50;
    for (std::size_t i = 0; i < keys; ++i) {
        many.subkeys.push_back(f::make_key(u"key" + std::u16string(i + 1, u'x')));
    }
    root.subkeys.push_back(many);
    f::Built hive = f::build(root);
    for (const auto& [path, cells] : hive.keys) {
        if (path.find(u"Many\\") != 0) continue;
        f::put_u32(hive.bytes, f::field(cells.key_node, f::key_node::parent), 32);
    }
    const test::Judgement result = judge(hive.bytes);
    CHECK(result.structure.damage_count == keys);
    CHECK(result.structure.damage.size() == regf::Structure::most_messages);
}

TEST_CASE("Damage names the path of its key, without the root, and its place in the file") {
    f::Built hive = f::build(f::small_tree({false, false}));
    f::put_u32(hive.bytes, f::field(hive.key(service).key_node, f::key_node::parent), 32);
    const test::Judgement result = judge(hive.bytes);
    REQUIRE(result.structure.damage.size() == 1);
    const regf::Damage& damage = result.structure.damage.front();
    CHECK(damage.message.find("ControlSet001\\Services\\TermService: ") == 0);
    CHECK(damage.offset_in_file == f::field(hive.key(service).key_node, f::key_node::parent));
}
