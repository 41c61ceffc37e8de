// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/plan.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "hive_builder.h"
#include "nla/diagnosis.h"
#include "regf/key_value.h"
#include "system_tree.h"
#include "thrown.h"

using namespace nlafix;
namespace f = nlafix::fixture;
using test::contains;
using Strings = std::vector<std::string>;
using Kind = nla::ValueState::Kind;

namespace {

const std::u16string lsa{f::lsa_path};
const std::u16string providers{f::providers_path};

nla::Plan plan_of(const f::Built& built, bool create_missing = false,
                  const system::Choice& choice = {}) {
    const regf::Hive hive(built.bytes);
    const auto sets = system::choose_control_sets(hive, system::read_select(hive), choice);
    return nla::make_plan(nla::diagnose(hive, sets, {}), create_missing);
}

nla::Plan plan_of(const f::Key& root, bool create_missing = false) {
    return plan_of(f::build(root), create_missing);
}

std::string obstacle_word(const nla::Plan& plan) {
    return plan.obstacle ? std::string(word_of(plan.obstacle->code())) : "none";
}

std::string joined(const Strings& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
}

f::Key with_packages(std::uint32_t type, const Bytes& data) {
    f::Key root = f::small_tree({false, true});
    f::value_at(root, lsa, f::packages_value) =
        f::make_value(std::u16string(f::packages_value), type, data);
    return root;
}

f::Key with_providers(std::uint32_t type, const Bytes& data) {
    f::Key root = f::small_tree({true, false});
    f::value_at(root, providers, f::providers_value) =
        f::make_value(std::u16string(f::providers_value), type, data);
    return root;
}

}  // namespace

TEST_CASE("A hive with both entries needs no edit") {
    const nla::Plan plan = plan_of(f::small_tree({true, true}));
    CHECK(plan.edits.empty());
    CHECK(plan.warnings.empty());
    CHECK(obstacle_word(plan) == "none");
    REQUIRE(plan.states.size() == 2);
    CHECK(plan.states[0].kind == Kind::present);
    CHECK(plan.states[1].kind == Kind::present);
}

TEST_CASE("An edit says which key, which value, and what it becomes") {
    const f::Built built = f::build(f::system_tree(f::Generation::xp, {false, false}));
    const nla::Plan plan = plan_of(built);
    CHECK(obstacle_word(plan) == "none");
    REQUIRE(plan.edits.size() == 2);
    const nla::PlannedEdit& packages = plan.edits[0];
    CHECK(packages.control_set == 1);
    CHECK(packages.key == "Control\\Lsa");
    CHECK(packages.key_node == built.key(lsa).key_node);
    CHECK(packages.path == Strings{"ControlSet001", "Control", "Lsa"});
    CHECK(packages.value == "Security Packages");
    CHECK(packages.type == regf::reg_multi_sz);
    CHECK_FALSE(packages.created);
    CHECK(packages.added == "tspkg");
    CHECK(packages.before == Strings{"kerberos", "msv1_0", "schannel", "wdigest"});
    CHECK(packages.data ==
          f::multi_sz({u"kerberos", u"msv1_0", u"schannel", u"wdigest", u"tspkg"}));
    const nla::PlannedEdit& list = plan.edits[1];
    CHECK(list.key_node == built.key(providers).key_node);
    CHECK(list.type == regf::reg_sz);
    CHECK(list.added == "credssp.dll");
    CHECK(list.data == f::sz(u"msapsspc.dll, schannel.dll, digest.dll, msnsspc.dll, credssp.dll"));
}

TEST_CASE("REG_EXPAND_SZ is accepted and stays REG_EXPAND_SZ") {
    const nla::Plan plan = plan_of(with_providers(f::reg_expand_sz, f::sz(u"schannel.dll")));
    REQUIRE(plan.edits.size() == 1);
    CHECK(plan.edits[0].type == regf::reg_expand_sz);
}

TEST_CASE("The names of keys and of values keep their spelling") {
    f::Key root = f::small_tree({false, true});
    f::at(root, u"ControlSet001").name = u"CONTROLSET001";
    f::at(root, u"CONTROLSET001\\Control").name = u"control";
    f::at(root, u"CONTROLSET001\\control\\Lsa").name = u"LSA";
    f::value_at(root, u"CONTROLSET001\\control\\LSA", f::packages_value).name =
        u"security PACKAGES";
    const nla::Plan plan = plan_of(root);
    REQUIRE(plan.edits.size() == 1);
    CHECK(plan.edits[0].path == Strings{"CONTROLSET001", "control", "LSA"});
    CHECK(plan.edits[0].value == "security PACKAGES");
    CHECK(plan.edits[0].key == "Control\\Lsa");
}

TEST_CASE("A value of another type or broken bytes are an obstacle that shows what was found") {
    struct Row {
        std::string name;
        f::Key root;
        Strings fragments;
    };
    const Bytes odd = f::bytes({'a', 0, 'b'});
    const std::vector<Row> rows = {
        {"packages are REG_SZ",
         with_packages(f::reg_sz, f::sz(u"kerberos")),
         {"ControlSet001\\Control\\Lsa", "Security Packages", "REG_SZ", "18 bytes", "6b 00 65 00",
          "expected REG_MULTI_SZ"}},
        {"packages are REG_BINARY",
         with_packages(f::reg_binary, f::bytes({1, 2, 3, 4, 5})),
         {"REG_BINARY", "5 bytes", "01 02 03 04 05"}},
        {"packages hold tspkg, in a REG_SZ",
         with_packages(f::reg_sz, f::sz(u"tspkg")),
         {"wrong type"}},
        {"packages of an odd length",
         with_packages(f::reg_multi_sz, odd),
         {"REG_MULTI_SZ", "3 bytes", "61 00 62", "odd length"}},
        {"packages with half a pair",
         with_packages(f::reg_multi_sz, f::utf16(u"\xd800")),
         {"surrogate", "00 d8"}},
        {"providers are REG_MULTI_SZ",
         with_providers(f::reg_multi_sz, f::multi_sz({u"a.dll"})),
         {"ControlSet001\\Control\\SecurityProviders", "REG_MULTI_SZ", "expected REG_SZ"}},
        {"providers are REG_DWORD",
         with_providers(f::reg_dword, f::dword(7)),
         {"REG_DWORD", "07 00 00 00"}},
        {"providers with text behind a NUL",
         with_providers(f::reg_sz, f::multi_sz({u"a.dll", u"b.dll"})),
         {"behind the NUL"}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        const nla::Plan plan = plan_of(row.root, true);
        CHECK(obstacle_word(plan) == "malformed-value");
        REQUIRE(plan.obstacle);
        CHECK_FALSE(plan.obstacle->hint().empty());
        for (const std::string& fragment : row.fragments) {
            CAPTURE(fragment);
            CAPTURE(plan.obstacle->message());
            CHECK(contains(plan.obstacle->message(), fragment));
        }
        CHECK(plan.edits.empty());
    }
}

TEST_CASE("An absent value is an obstacle, unless it may be created") {
    f::Key root = f::small_tree({true, false});
    f::erase_value(root, lsa, f::packages_value);
    const nla::Plan without = plan_of(root, false);
    CHECK(obstacle_word(without) == "no-such-value");
    CHECK(contains(without.obstacle->hint(), "--create-missing"));
    CHECK(without.states.at(0).kind == Kind::absent_value);
    CHECK(without.states.at(1).kind == Kind::missing);

    const nla::Plan with = plan_of(root, true);
    CHECK(obstacle_word(with) == "none");
    REQUIRE(with.edits.size() == 2);
    CHECK(with.edits[0].created);
    CHECK(with.edits[0].value == "Security Packages");
    CHECK(with.edits[0].type == regf::reg_multi_sz);
    CHECK(with.edits[0].before.empty());
    CHECK(with.edits[0].data == f::multi_sz({u"tspkg"}));
    CHECK_FALSE(with.edits[1].created);
}

TEST_CASE("An absent SecurityProviders value is created as REG_SZ") {
    f::Key root = f::small_tree({true, true});
    f::erase_value(root, providers, f::providers_value);
    const nla::Plan plan = plan_of(root, true);
    REQUIRE(plan.edits.size() == 1);
    CHECK(plan.edits[0].type == regf::reg_sz);
    CHECK(plan.edits[0].data == f::sz(u"credssp.dll"));
}

TEST_CASE("Keys are never created") {
    for (const std::u16string& path : {lsa, providers, std::u16string(u"ControlSet001\\Control")}) {
        f::Key root = f::small_tree({false, false});
        f::erase_key(root, path);
        const nla::Plan plan = plan_of(root, true);
        CHECK(obstacle_word(plan) == "no-such-key");
        CHECK(contains(plan.obstacle->message(), "ControlSet001\\Control\\"));
    }
}

TEST_CASE("Of several obstacles the worst is the error, and the others are warnings") {
    // Absent packages come first in the table, but malformed providers weigh more.
    f::Key root = with_providers(f::reg_dword, f::dword(7));
    f::erase_value(root, lsa, f::packages_value);
    const nla::Plan plan = plan_of(root);
    CHECK(obstacle_word(plan) == "malformed-value");
    CHECK(contains(joined(plan.warnings), "there is no value \"Security Packages\""));

    f::Key other = with_packages(f::reg_dword, f::dword(7));
    f::erase_value(other, providers, f::providers_value);
    const nla::Plan reverse = plan_of(other);
    CHECK(obstacle_word(reverse) == "malformed-value");
    CHECK(contains(joined(reverse.warnings), "there is no value \"SecurityProviders\""));
}

TEST_CASE("A symbolic link on the way is an obstacle: the value lies elsewhere") {
    constexpr std::uint16_t flag_symbolic_link = 0x10;
    for (const std::u16string& path : {lsa, std::u16string(u"ControlSet001\\Control")}) {
        f::Key root = f::small_tree({true, true});
        f::at(root, path).extra_flags = flag_symbolic_link;
        const nla::Plan plan = plan_of(root);
        CHECK(obstacle_word(plan) == "malformed-hive");
        CHECK(contains(plan.obstacle->message(), "symbolic link"));
    }
}

TEST_CASE("Entries that no Windows ships stay") {
    const f::Key root =
        with_packages(f::reg_multi_sz, f::multi_sz({u"kerberos", u"mimilib", u"tspkg"}));
    CHECK(plan_of(root).edits.empty());
    const nla::Plan plan = plan_of(with_providers(f::reg_sz, f::sz(u"evil.dll, x, schannel.dll")));
    REQUIRE(plan.edits.size() == 1);
    CHECK(plan.edits[0].data == f::sz(u"evil.dll, x, schannel.dll, credssp.dll"));
}

TEST_CASE("Each chosen control set gets its own edits") {
    f::Key root = f::small_tree({false, true});
    root.subkeys.push_back(f::control_set(f::Generation::win7, {false, false}, u"ControlSet003"));
    f::erase_key(root, u"Select");
    root.subkeys.push_back(f::select_key(1, 3, 0, 1));
    const f::Built built = f::build(root);
    const nla::Plan boot = plan_of(built);
    REQUIRE(boot.edits.size() == 3);
    CHECK(boot.edits[0].control_set == 1);
    CHECK(boot.edits[1].control_set == 3);
    CHECK(boot.edits[1].key_node == built.key(u"ControlSet003\\Control\\Lsa").key_node);
    CHECK(boot.edits[2].control_set == 3);
    CHECK(boot.states.size() == 4);
    const nla::Plan one = plan_of(built, false, {system::Choice::Kind::number, 1});
    CHECK(one.edits.size() == 1);
}

TEST_CASE("What cannot be read in the hive is an obstacle, not an exception") {
    f::Built built = f::build(f::small_tree({false, false}));
    f::put_u32(built.bytes,
               f::field(built.value(lsa, f::packages_value).key_value, f::key_value::data),
               0x00fffff0);
    const nla::Plan plan = plan_of(built);
    CHECK(obstacle_word(plan) == "malformed-hive");
    CHECK(plan.states.at(0).kind == Kind::unreadable);
    CHECK(plan.states.at(1).kind == Kind::missing);
}
